"""No input makes the reader run away: four times as much takes about four times as long."""

import contextlib
from collections.abc import Callable

import pytest

from app.imports.page.reader import read_page
from app.imports.problems import UnreadableFile
from tests.work import assert_time_grows_with_size

WORDS = [
    "a",
    "(",
    "1 ",
    "12",
    "and ",
    "May ",
    "Experts from Italy and ",
    "training in Quito, ",
    "Ministry of ",
    "\n",
    "Ghana\n",
]


def as_text(filling: str) -> bytes:
    """Nothing but the filling."""
    return filling.encode()


def as_summary(filling: str) -> bytes:
    """The filling as one summary."""
    return f"Asia\n\nGhana: X\n\nSummary: {filling}\n\nDuration: {filling}\n".encode()


def as_actions(filling: str) -> bytes:
    """The filling in summaries that are just short enough to be read."""
    parts = [filling[at : at + 3_900] for at in range(0, len(filling), 3_900)]
    return "".join(f"\nGhana {n}: X\n\nSummary: {part}\n\nDuration: 2010\n" for n, part in enumerate(parts)).encode()


def as_html(filling: str) -> bytes:
    """The filling as nested and as broken HTML."""
    size = len(filling) // 10
    return f"<html><p>Ghana: X<p>Objective: a<p>{'<div>' * size}{'<a href=' * (size // 4)}{filling}</html>".encode()


@pytest.mark.parametrize("made", [as_text, as_summary, as_actions, as_html])
@pytest.mark.parametrize("word", WORDS)
def test_time_grows_with_the_size_alone(made: Callable[[str], bytes], word: str) -> None:
    def read(size: int) -> None:
        with contextlib.suppress(UnreadableFile):
            read_page(made((word * size)[:size]))

    assert_time_grows_with_size(read, 15_000, 60_000)


def test_the_time_to_read_a_page_of_thousands_of_actions_grows_with_their_number() -> None:
    summary = "A seminar in May 2012 was led by experts from the Dutch and Danish national administrations. " * 3

    def read(number: int) -> None:
        page = "".join(
            f"\nGhana: Asylum {n}\n\nObjective: To help.\n\nSummary: {summary}\n\nDuration: 2012\n"
            for n in range(number)
        )
        assert len(read_page(page.encode()).actions) == number

    assert_time_grows_with_size(read, 250, 2_000)
