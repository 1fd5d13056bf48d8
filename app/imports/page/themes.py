"""Themes from the words of a title and an objective, in the order in which they are named."""

from app.imports.page.lexicon import theme_lexicon


def find_themes(*texts: str) -> list[str]:
    """Slugs of the themes that the texts name; the first text is the weightiest."""
    lexicon = theme_lexicon()
    named = [token.value for text in texts for token in lexicon.tokens(text) if token.value]
    return list(dict.fromkeys(slug for slugs in named for slug in slugs.split("|")))
