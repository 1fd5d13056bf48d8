"""The core knows no domain: it counts and filters records, whatever they are about."""

import re
from pathlib import Path

import app.core

CORE = Path(app.core.__file__).parent
COUNTING = [CORE / name for name in ("aggregates.py", "dimensions.py", "figure.py", "filters.py", "listing.py")]
OF_THE_DOMAIN = re.compile(r"member.state|active_in|has_actions|\bthemes\b|partners|\bexperts\b|deployment")


def test_what_counts_and_lists_knows_no_word_of_the_domain() -> None:
    found = {
        file.name: words
        for file in [*COUNTING, *(CORE / "index").glob("*.py")]
        if (words := OF_THE_DOMAIN.findall(file.read_text("utf-8")))
    }
    assert not found
