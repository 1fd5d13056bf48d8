"""JSON that is parsed piece by piece, so that a large text holds up nobody else.

Python's parser gives no other thread a turn before it is done, which for megabytes takes seconds. So the outermost
object and the containers in it are read here, entry by entry, and only their entries by Python's parser; no entry is
larger than what takes a few milliseconds.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.core.problems import Invalid, invalid_field

LONGEST_ENTRY = 256 * 1024
"""How many characters an entry may have: more than the longest record, also when each letter is escaped."""
SLACK = 64 * 1024
MOST_ENTRIES = 100_000
MOST_NAMES = 200
"""How many names an object within an entry has at most."""
_SPACE = re.compile(r"[ \t\n\r]*")


def parse(text: str) -> Any:
    """The value of a JSON text.

    Raises JSONDecodeError, ValueError or RecursionError like the library's parser; Invalid for a name that is there
    twice in one object, and for a part that is too large.
    """
    return _Reader(text).document() if len(text) > LONGEST_ENTRY else json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two values of one name counts is anybody's guess, so none does."""
    found = dict(pairs)
    if len(found) < len(pairs):
        name, count = Counter(name for name, _ in pairs).most_common(1)[0]
        raise invalid_field("", "repeated-name", f"an object has the name '{name}' {count} times")
    return found


def _inner_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_NAMES:
        raise invalid_field("", "too-many-names", f"an object has {len(pairs)} names; the most are {MOST_NAMES}")
    return _object(pairs)


_DECODER = json.JSONDecoder(object_pairs_hook=_inner_object)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        # The parser can't be bid to stop, so what it sees is a part of the text.
        self._begin, self._window = 0, text[: LONGEST_ENTRY + SLACK]

    def document(self) -> Any:
        value = self._value(0)
        if self._next():
            raise self._error("Extra data")
        return value

    def _value(self, depth: int) -> Any:
        match self._next() if depth < 2 else "":
            case "{":
                return _object(list(self._entries("}", depth)))
            case "[":
                return [value for _, value in self._entries("]", depth)]
            case _:
                return self._entry()

    def _entries(self, end: str, depth: int) -> Iterator[tuple[Any, Any]]:
        """The names and values of a container that begins here; those of a list have no names."""
        self._at += 1
        if self._take(end):
            return
        for _ in range(MOST_ENTRIES):
            name = None if end == "]" else self._name()
            yield name, self._value(depth + 1)
            if self._take(end):
                return
            if not self._take(","):
                raise self._error("Expecting ',' delimiter")
        raise invalid_field("", "too-many-entries", f"a list or an object has more than {MOST_ENTRIES} entries")

    def _name(self) -> Any:
        if self._next() != '"':
            raise self._error("Expecting property name enclosed in double quotes")
        name = self._entry()
        if not self._take(":"):
            raise self._error("Expecting ':' delimiter")
        return name

    def _entry(self) -> Any:
        """The value that begins here, read at once."""
        self._next()
        if self._at + LONGEST_ENTRY > self._end_of_window < len(self._text):
            self._begin, self._window = self._at, self._text[self._at : self._at + LONGEST_ENTRY + SLACK]
        is_cut = self._end_of_window < len(self._text)
        try:
            value, end = _DECODER.raw_decode(self._window, self._at - self._begin)
        except json.JSONDecodeError:
            if is_cut:
                raise self._too_long() from None
            raise
        if is_cut and end == len(self._window):  # a number may go on
            raise self._too_long()
        self._at = self._begin + end
        return value

    @property
    def _end_of_window(self) -> int:
        return self._begin + len(self._window)

    def _next(self) -> str:
        """The next character that is no space; nothing at the end."""
        space = _SPACE.match(self._text, self._at)
        assert space is not None
        self._at = space.end()
        return self._text[self._at : self._at + 1]

    def _take(self, character: str) -> bool:
        is_next = self._next() == character
        self._at += is_next
        return is_next

    def _error(self, message: str) -> json.JSONDecodeError:
        return json.JSONDecodeError(message, self._text, self._at)

    @staticmethod
    def _too_long() -> Invalid:
        return invalid_field("", "too-long", f"an entry is no JSON, or has more than {LONGEST_ENTRY:,} characters")
