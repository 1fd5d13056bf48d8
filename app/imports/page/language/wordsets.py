"""Sets of words, written as people read them."""


def words(text: str) -> frozenset[str]:
    """The words of a text, which spaces part."""
    return frozenset(text.split())
