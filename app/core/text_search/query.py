"""What a person types into a search box, understood. Nothing that can be typed is an error.

- Words: each must occur, in any of its forms. The last one may be the beginning of a longer word, and so may any word
  with an asterisk (`trai*`). Words like "the" and "of" count only when there are no others.
- "Words in quotes" stand side by side, in exactly these forms. Without a closing quote the last of them may go on.
- `-word` and `-"some words"` must not occur.
- `OR` between two words or phrases: one of them is enough.
- An acronym also finds what it stands for, and the other way round; a word of a label, in any language, finds the value
  that has the label.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import TypeVar

from app.core.text_search.analysis import STOP_WORDS, stem, words_of

SHORTEST_BEGINNING = 3
"""How many letters the last word needs to stand for longer ones: `of` must not find `office`."""

_PART = re.compile(r'(?P<minus>-?)"(?P<phrase>[^"]*)(?P<closed>"?)(?P<star>\*?)|(?P<word>\S+)')
_EXCLUDED = re.compile(r"[-\u2212](?=\w)")
_STARRED = re.compile(r"\w\*\W*$")


AnyTerm = TypeVar("AnyTerm", bound="Word | Phrase")
Labels = Mapping[str, Iterable[str]]
"""For each code that documents have, all names of what it stands for."""


class Synonyms:
    """Acronyms, each with what it stands for, and the names of the values that documents have as codes."""

    def __init__(self, table: Mapping[str, Sequence[str]], labels: Callable[[], Labels] = dict) -> None:
        self.meanings = {"".join(words_of(acronym)): tuple(known) for acronym, known in table.items()}
        self._labels = labels
        self._spelt_out: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for acronym, known in self.meanings.items():
            for meaning in known:
                stems = tuple(map(stem, words_of(meaning)))
                self._spelt_out.setdefault(stems[0], []).append((acronym, stems))

    def spelt_out(self, first: str) -> list[tuple[str, tuple[str, ...]]]:
        """The acronyms whose meaning begins with this stem, with the stems of all its words; the longest first."""
        return sorted(self._spelt_out.get(first, ()), key=lambda item: -len(item[1]))

    def with_codes(self, term: "AnyTerm") -> "AnyTerm":
        """The term with the codes of what has it in a name."""
        found = self._codes_of_phrase(term) if isinstance(term, Phrase) else self._codes_of_word(term)
        return replace(term, codes=tuple(sorted(set(found)))) if found else term

    @cached_property
    def label_words(self) -> Sequence[str]:
        """The words of all names, in order."""
        return sorted({word for code, word in self._names_by_word})

    @cached_property
    def _names(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Each name as words, with its code."""
        return [(code, tuple(words_of(name))) for code, names in self._labels().items() for name in names]

    @cached_property
    def _names_by_word(self) -> set[tuple[str, str]]:
        return {(code, word) for code, words in self._names for word in words}

    @cached_property
    def _codes(self) -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
        """The codes by each word of their names, and by each stem."""
        by_word, by_stem = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
        for code, word in self._names_by_word:
            by_word[word].add(code)
            by_stem[stem(word)].add(code)
        return by_word, by_stem

    def _codes_of_word(self, word: "Word") -> set[str]:
        by_word, by_stem = self._codes
        found = set(by_word.get(word.text, ()) if word.exact else by_stem.get(stem(word.text), ()))
        if word.begins:
            following = self.label_words[bisect_left(self.label_words, word.text) :]
            for longer in takewhile(lambda each: each.startswith(word.text), following):
                found |= by_word[longer]
        return found

    def _codes_of_phrase(self, phrase: "Phrase") -> set[str]:
        form = str if phrase.exact else stem
        sought, length = tuple(map(form, phrase.words)), len(phrase.words)
        candidates = self._codes[1].get(stem(phrase.words[0]), ())
        found = set()
        for code, words in self._names:
            if code in candidates:
                forms = tuple(map(form, words))
                for start in range(len(forms) - length + 1):
                    *before, last = forms[start : start + length]
                    ends = last.startswith(sought[-1]) if phrase.begins else last == sought[-1]
                    if ends and tuple(before) == sought[:-1]:
                        found.add(code)
        return found


@dataclass(frozen=True)
class Word:
    """One word to look for."""

    text: str
    begins: bool = False
    """Whether longer words that begin with it are meant, too."""
    exact: bool = False
    """Whether its other forms are not meant."""
    codes: tuple[str, ...] = ()
    """The values that have it in a name: each is as good as the word."""

    @property
    def words(self) -> tuple[str, ...]:
        """The word, as a phrase has its words."""
        return (self.text,)


@dataclass(frozen=True)
class Phrase:
    """Words that stand side by side."""

    words: tuple[str, ...]
    begins: bool = False
    """Whether the last word may be the beginning of a longer one."""
    exact: bool = True
    """Whether other forms of the words are not meant."""
    codes: tuple[str, ...] = ()
    """The values that have it in a name: each is as good as the words."""


Term = Word | Phrase
Alternative = tuple[Term, ...]
"""Terms that must all occur."""
Clause = tuple[Alternative, ...]
"""Alternatives, of which one is enough."""


@dataclass(frozen=True)
class TextQuery:
    """A query: every clause must hold, and none of those in `without`."""

    clauses: tuple[Clause, ...]
    without: tuple[Clause, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.clauses or self.without)

    def terms(self, *, excluded: bool = False) -> Iterator[Term]:
        """Everything that is looked for, whatever it is an alternative to; also what is excluded, if so asked."""
        for clause in (*self.clauses, *(self.without if excluded else ())):
            for alternative in clause:
                yield from alternative


@dataclass(frozen=True)
class _Typed:
    """A word or phrase as it was typed."""

    term: Term
    excluded: bool = False
    joined: bool = False
    """Whether an `OR` stands before it."""


def parse(query: str, synonyms: Synonyms) -> TextQuery:
    """What a query means; without any word in it, a query that is false."""
    typed = [replace(item, term=synonyms.with_codes(item.term)) for item in _with_beginning(list(_typed(query)), query)]
    without = tuple(_clause(item.term, synonyms) for item in typed if item.excluded)
    wanted = [item for item in typed if not item.excluded]
    clauses: list[Clause] = []
    position = 0
    while position < len(wanted):
        item = wanted[position]
        if not item.joined and (found := _spelt_out(wanted[position:], synonyms)):
            acronym, length = found
            spoken = [each.term for each in wanted[position : position + length] if isinstance(each.term, Word)]
            meant = tuple(word for word in spoken if not _is_stop_word(word))
            named = _phrase(tuple(word.text for word in spoken), synonyms)
            clauses.append((meant, (Word(acronym, exact=True),), *((Word(code),) for code in named.codes)))
            position += length
            continue
        clause = _clause(item.term, synonyms)
        if item.joined and clauses:
            clauses[-1] += clause
        else:
            clauses.append(clause)
        position += 1
    telling = [clause for clause in clauses if not all(map(_is_stop_word, clause[0]))]
    return TextQuery(tuple(dict.fromkeys(telling or clauses)), tuple(dict.fromkeys(without)))


def _typed(query: str) -> Iterator[_Typed]:
    joined = False
    for part in _PART.finditer(query):
        if part["word"] is None:
            terms, excluded = _quoted(part), part["minus"] == "-"
        elif part["word"] == "OR":
            joined = True
            continue
        else:
            terms, excluded = _plain(part["word"]), _EXCLUDED.match(part["word"]) is not None
        for number, term in enumerate(terms):
            yield _Typed(term, excluded, joined and number == 0 and not excluded)
        joined = joined and not terms


def _quoted(part: re.Match[str]) -> list[Term]:
    found = tuple(words_of(part["phrase"]))
    begins = bool(part["star"]) or not part["closed"]
    if len(found) == 1:
        return [Word(found[0], begins=begins, exact=True)]
    return [Phrase(found, begins=begins)] if found else []


def _plain(part: str) -> list[Term]:
    found: list[Word] = [Word(word) for word in words_of(part)]
    if found and _STARRED.search(part):
        found[-1] = replace(found[-1], begins=True)
    return list(found)


def _with_beginning(typed: list[_Typed], query: str) -> list[_Typed]:
    """The last word may still be on its way."""
    match typed:
        case [*before, _Typed(term=Word(text=text, exact=False) as word, excluded=False) as last] if len(
            text
        ) >= SHORTEST_BEGINNING and not query.rstrip().endswith('"'):
            return [*before, replace(last, term=replace(word, begins=True))]
        case _:
            return typed


def _is_stop_word(term: Term) -> bool:
    return isinstance(term, Word) and not term.exact and term.text in STOP_WORDS


def _clause(term: Term, synonyms: Synonyms) -> Clause:
    """A term with what it stands for."""
    if isinstance(term, Phrase) or term.exact or term.text not in synonyms.meanings:
        return ((term,),)
    acronym = replace(term, begins=False, exact=True)
    return ((acronym,), *((_phrase(tuple(words_of(meaning)), synonyms),) for meaning in synonyms.meanings[term.text]))


def _phrase(words: tuple[str, ...], synonyms: Synonyms) -> Term:
    """What an acronym stands for, in the singular or plural."""
    return synonyms.with_codes(Phrase(words, exact=False) if len(words) > 1 else Word(words[0]))


def _spelt_out(typed: Sequence[_Typed], synonyms: Synonyms) -> tuple[str, int] | None:
    """The acronym of what the words begin with, and how many words that are."""
    first = typed[0].term
    if not isinstance(first, Word):
        return None
    for acronym, meaning in synonyms.spelt_out(stem(first.text)):
        following = typed[: len(meaning)]
        spoken = [item.term for item in following if isinstance(item.term, Word) and not item.term.exact]
        if not any(item.joined for item in following[1:]) and tuple(stem(word.text) for word in spoken) == meaning:
            return acronym, len(meaning)
    return None
