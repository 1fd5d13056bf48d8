"""Planned actions as they are kept: one on each line, compressed, and never all in memory at once."""

import zlib
from collections.abc import Iterator

from app.imports.schemas import PlannedAction

_PIECE = 64 * 1024


class PlanWriter:
    """Takes planned actions one after the other."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(level=1)
        self._pieces: list[bytes] = []

    def add(self, action: PlannedAction) -> None:
        """One more action, at the end."""
        line = action.__pydantic_serializer__.to_json(action) + b"\n"
        self._pieces.append(self._packer.compress(line))

    def kept(self) -> bytes:
        """All of them; nothing can be added afterwards."""
        return b"".join((*self._pieces, self._packer.flush()))


def stored_lines(kept: bytes) -> Iterator[bytes]:
    """The actions as JSON, one after the other."""
    unpacker = zlib.decompressobj()
    rest, begun = kept, b""
    while rest:
        begun += unpacker.decompress(rest, _PIECE)
        rest = unpacker.unconsumed_tail
        *lines, begun = begun.split(b"\n")
        yield from lines
    yield from filter(None, (begun + unpacker.flush()).split(b"\n"))


def stored_actions(kept: bytes) -> Iterator[PlannedAction]:
    """The actions, one after the other."""
    return (PlannedAction.model_validate_json(line) for line in stored_lines(kept))
