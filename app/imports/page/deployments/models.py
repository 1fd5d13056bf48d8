"""Who sent experts, as read from a sentence."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Sender:
    """Experts of one origin and kind."""

    at: int
    """The place of the word for them in the sentence."""
    country: str | None = None
    origin: str | None = None
    type: str | None = None
    organisation: str | None = None
    count: int | None = None
    is_one_of: bool = False
    """Whether the words speak of some of those who were named before: `one of the French experts`."""


@dataclass(slots=True)
class Senders:
    """The senders that a sentence names, and the number of experts that it gives for several of them together."""

    found: list[Sender] = field(default_factory=list)
    shared_count: int | None = None
    institutions: list[tuple[int, int]] = field(default_factory=list)
    """Where the names of sending organisations stand, which are no partners."""
