"""The reader is as good as it is said to be: its precision and recall on every page with a key."""

import pytest

from support.evaluation import ASIA_PAGE, PAGES, evaluate_page, pages

# The least that is promised: of the page on Asia, and of other pages.
PROMISED = {
    "titles": (1.0, 1.0),
    "countries": (1.0, 0.95),
    "start": (1.0, 0.95),
    "end": (1.0, 0.95),
    "ongoing": (1.0, 0.95),
    "sending country x action": (0.97, 0.92),
    "activities by type and date": (0.9, 0.85),
    "outputs by kind": (0.8, 0.75),
}


@pytest.mark.parametrize("name", ["asia", *sorted(key.stem for key in PAGES.glob("*.yaml"))])
def test_pages_are_read_as_well_as_promised(name: str) -> None:
    if name == "asia" and not ASIA_PAGE.exists():
        pytest.skip(f"the page on Asia isn't at {ASIA_PAGE.parent.name}/{ASIA_PAGE.name} beside the project")
    page, key = pages()[name]
    scores = evaluate_page(page, key)
    for field, (on_asia, elsewhere) in PROMISED.items():
        least = on_asia if name == "asia" else elsewhere
        assert min(scores[field].precision, scores[field].recall) >= least, (field, scores[field].wrong)
