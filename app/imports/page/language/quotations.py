"""Finds titles in quotation marks."""

from app.imports.page.language.lexicon import Token


def quoted_title(tokens: list[Token], at: int) -> tuple[int, int] | None:
    """Where a title in quotation marks begins and ends that stands right after a noun."""
    for place in range(at + 1, min(at + 4, len(tokens))):
        if tokens[place].low == '"' or (tokens[place].low == "'" and tokens[place - 1].end < tokens[place].start):
            mark = tokens[place].low
            closing = next(
                (k for k in range(place + 1, min(place + 40, len(tokens))) if _closes(tokens, k, mark)), None
            )
            return (place, closing) if closing and closing > place + 1 else None
    return None


def _closes(tokens: list[Token], at: int, mark: str) -> bool:
    """Whether a mark ends a quotation; the apostrophe within `migrants' rights` doesn't, if what follows is a word."""
    if tokens[at].low != mark:
        return False
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return mark == '"' or following is None or following.start > tokens[at].end or following.low in (",", ".", ";", ")")
