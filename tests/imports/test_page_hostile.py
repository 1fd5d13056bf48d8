"""No input makes the reader run away: twice as much takes about twice as long."""

import contextlib
import time
from collections.abc import Callable

import pytest

from app.imports.page.reader import read_page
from app.imports.problems import UnreadableFile

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


def seconds(content: bytes) -> float:
    """The best of a few readings."""
    best = float("inf")
    for _ in range(2):
        begun = time.process_time()
        with contextlib.suppress(UnreadableFile):
            read_page(content)
        best = min(best, time.process_time() - begun)
    return best


@pytest.mark.parametrize("made", [as_text, as_summary, as_actions, as_html])
@pytest.mark.parametrize("word", WORDS)
def test_time_grows_with_the_size_alone(made: Callable[[str], bytes], word: str) -> None:
    small, large = 15_000, 60_000
    once = seconds(made((word * small)[:small]))
    again = seconds(made((word * large)[:large]))
    # Four times as much: a quadratic step would take sixteen times as long.
    assert again < 9 * once + 0.05, (once, again)
    assert again < 2


def test_a_page_of_thousands_of_actions_is_read_in_seconds() -> None:
    summary = "A seminar in May 2012 was led by experts from the Dutch and Danish national administrations. " * 3
    page = "".join(
        f"\nGhana: Asylum {n}\n\nObjective: To help.\n\nSummary: {summary}\n\nDuration: 2012\n" for n in range(2_000)
    )
    begun = time.process_time()
    assert len(read_page(page.encode()).actions) == 2_000
    assert time.process_time() - begun < 5
