"""What a text is made of when it is looked through: folded words and their stems."""

import re
from functools import lru_cache
from threading import Lock
from typing import Final

import snowballstemmer  # type: ignore[import-untyped]

from app.core.text import fold

LONGEST_WORD = 64
"""Characters of a word that count: more would not fit into the index of either database."""

# So common in English that they say nothing about what is looked for.
STOP_WORDS: Final = frozenset(
    """
    a an and are as at be by for from has have in into is it its of on or that the their these this to was were which
    will with
    """.split()  # noqa: SIM905
)

_WORD = re.compile(r"[^\W_]+")
_stemmer = snowballstemmer.stemmer("porter")  # what the databases' engines use
_lock = Lock()


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order, each cut to its longest length."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """A folded word without its ending: `train` for training and trained. Words of other scripts are their own stems,
    and so are numbers and words of two letters."""
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return word
    with _lock:  # the stemmer keeps the word that it works on
        stemmed: str = _stemmer.stemWord(word)
    return stemmed
