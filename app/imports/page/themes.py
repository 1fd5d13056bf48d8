"""Themes from the words of a title and an objective, in the order in which they are named."""

from functools import lru_cache

from app.imports.page.language.lexicon import theme_lexicon


def find_themes(*texts: str) -> list[str]:
    """Slugs of the themes that the texts name; the first text is the weightiest."""
    return list(dict.fromkeys(slug for text in texts for slug in _named(text)))


@lru_cache(maxsize=1_000)
def _named(text: str) -> tuple[str, ...]:
    named = [token.value for token in theme_lexicon().tokens(text) if token.value]
    return tuple(slug for slugs in named for slug in slugs.split("|"))
