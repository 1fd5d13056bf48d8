"""A short run of the fuzzing that `make fuzz` does at length: requests made up from the description, every check."""

from collections.abc import Callable
from pathlib import Path

from tests.fuzz.running import fuzz


def test_the_service_does_what_its_description_says(make_database: Callable[[str], str], tmp_path: Path) -> None:
    bounds = ("--phases", "fuzzing,stateful", "-n", "1", "--seed", "1", "--no-shrink", "--generation-database", "none")
    done = fuzz(make_database("seeded"), tmp_path, *bounds, capture_output=True)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
