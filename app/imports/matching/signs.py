"""What records are compared by: text without its spelling, bare codes, slugs."""

from functools import lru_cache
from typing import Any

from app.core.text import fold, slugify, words

Values = dict[str, Any]


_LONGEST_REMEMBERED = 500


def folded(value: Any) -> str | None:
    """Text without case, accents and punctuation; None for nothing."""
    if not isinstance(value, str) or not value:
        return None
    return _remembered(value) if len(value) <= _LONGEST_REMEMBERED else _folded(value)


def _folded(text: str) -> str:
    return " ".join(words(text)) or fold(text)


_remembered = lru_cache(maxsize=20_000)(_folded)


def codes(values: Any) -> tuple[str, ...]:
    """Bare codes of countries, in one order."""
    listed = values if isinstance(values, list | tuple) else ()
    found = [value.get("code") if isinstance(value, dict) else value for value in listed]
    return tuple(sorted(code for code in found if isinstance(code, str)))


def bare(value: Any) -> Any:
    """A value by which records are the same: a code, a slug or an id of an object, a text without its spelling."""
    if isinstance(value, dict):
        value = value.get("code", value.get("slug", value.get("id")))
    if isinstance(value, str):
        return folded(value)
    return str(value) if isinstance(value, list | dict) else value


def natural_slug(values: Values) -> str | None:
    """The slug that a draft names, or that its title gives."""
    if isinstance(values.get("slug"), str) and values["slug"]:
        return str(values["slug"])
    title = values.get("title")
    return slugify(title, otherwise="action") if isinstance(title, str) and title.strip() else None
