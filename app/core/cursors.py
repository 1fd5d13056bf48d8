"""Places in an ordered list, as `next` and `previous` carry them."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from app.core.problems import invalid_parameter

MAX_OFFSET = 2**53


@dataclass(frozen=True)
class Cursor:
    """A place in an ordered list: the sort values and the key of the record at the page's edge."""

    epoch: str
    """The epoch in which the page was read: after a restore, pages of before and after would not make one list."""
    path: str
    """The list that it belongs to."""
    sort: str
    offset: int
    """Where the page that the cursor leads to begins."""
    backward: bool
    values: tuple[Any, ...]

    def encode(self) -> str:
        """The cursor as `next` and `previous` have it."""
        parts = [self.epoch, self.path, self.sort, self.offset, self.backward, *self.values]
        packed = json.dumps(parts, separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, written: str, path: str, sort: str, types: Sequence[type]) -> Self:
        """Reads a cursor of the list at a path, in an order whose values have these types.

        Raises Invalid for any other.
        """
        try:
            packed = base64.urlsafe_b64decode(written.encode("ascii") + b"=" * (-len(written) % 4))
            epoch, its_path, its_sort, offset, backward, *values = json.loads(packed)
            if (its_path, its_sort) != (path, sort) or len(values) != len(types) or not 0 <= int(offset) <= MAX_OFFSET:
                raise ValueError(sort)
            typed = tuple(_read(value, kind) for value, kind in zip(values, types, strict=True))
            return cls(str(epoch), path, sort, int(offset), bool(backward), typed)
        except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
            raise invalid_parameter(
                "cursor", "bad-cursor", "the cursor belongs to no page of this list in this order"
            ) from None


def _read(value: Any, kind: type) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(value)
    if isinstance(value, int) and abs(value) > MAX_OFFSET:
        raise ValueError(value)  # no column holds it
    if isinstance(value, str) and "\x00" in value.encode().decode():  # half a character can't be encoded
        raise ValueError(value)
    return value
