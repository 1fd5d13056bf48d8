"""What is looked through: a document for each record, and the tables that the databases' indexes are made over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base, text_column
from app.core.text_search.analysis import LONGEST_WORD, stem, words_of

NEXT_TEXT, NEXT_SECTION = "|", "||"
"""What parts texts, so that no phrase reaches from one into the next. No word has these signs."""
STEM = "="
"""What a stem begins with in the index, where words and stems stand together."""
MOST_TERMS = 900_000
"""How many bytes of different words of one document are looked up: PostgreSQL takes no more than a megabyte."""


class Section(IntEnum):
    """The parts of a document, from the most telling one down."""

    TITLE = 0
    NAMES = 1
    AIM = 2
    BODY = 3
    PARTS = 4
    """What belongs to records of its own."""


@dataclass(frozen=True)
class Passage:
    """A text of a record."""

    section: Section
    field: str
    """The field that it is the value of, as clients know it."""
    text: str
    also: tuple[str, ...] = ()
    """Other words for the same, which find it, too."""


@dataclass(frozen=True)
class Document:
    """A record as it is looked through."""

    kind: str
    record: int
    root: int | None
    """The record that it belongs to, or itself; None for what several share."""
    recency: int
    """A number that is greater for later records, 0 where nothing tells it."""
    title: str
    passages: tuple[Passage, ...]


class SearchDocument(Base):
    """The words of a record. The databases' own indexes stand over `heading` and `terms` (see `index.py`)."""

    __tablename__ = "search_documents"
    __table_args__ = (
        Index("ix_search_documents_kind_record", "kind", "record", unique=True),
        Index("ix_search_documents_root", "root"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(text_column(20))
    record: Mapped[int]
    root: Mapped[int | None]
    recency: Mapped[int]
    # The different words and stems: of the two telling sections, and of all of them.
    heading: Mapped[str] = mapped_column(Text)
    terms: Mapped[str] = mapped_column(Text)
    # All words and all stems in their order, section by section.
    words: Mapped[str] = mapped_column(Text)
    stems: Mapped[str] = mapped_column(Text)


class SearchTerm(Base):
    """A word that some document has or had: what is suggested where a query finds nothing."""

    __tablename__ = "search_terms"

    term: Mapped[str] = mapped_column(text_column(LONGEST_WORD), primary_key=True)


class SearchState(Base):
    """One row: by which rules the documents were written."""

    __tablename__ = "search_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rules: Mapped[str] = mapped_column(String(64))


def row_of(document: Document) -> dict[str, Any]:
    """The document as its row."""
    sections: dict[Section, list[list[str]]] = {section: [] for section in Section}
    for passage in document.passages:
        sections[passage.section] += [words_of(text) for text in (passage.text, *passage.also)]
    heading = _terms([*sections[Section.TITLE], *sections[Section.NAMES]])
    return {
        "kind": document.kind,
        "record": document.record,
        "root": document.root,
        "recency": document.recency,
        "heading": heading,
        "terms": _terms([text for texts in sections.values() for text in texts]),
        "words": _joined(sections.values()),
        "stems": _joined([[list(map(stem, text)) for text in texts] for texts in sections.values()]),
    }


def _joined(sections: Any) -> str:
    parted = (f" {NEXT_TEXT} ".join(map(" ".join, texts)) for texts in sections)
    return f" {f' {NEXT_SECTION} '.join(parted)} "


def _terms(texts: Sequence[list[str]]) -> str:
    """The different words and stems, each once; what is too much for an index is left out."""
    words = dict.fromkeys(chain.from_iterable(texts))
    terms = " ".join(dict.fromkeys(term for word in words for term in (word, STEM + stem(word))))
    written = terms.encode()
    if len(written) <= MOST_TERMS:
        return terms
    return written[:MOST_TERMS].decode("utf-8", "ignore").rpartition(" ")[0]


def vocabulary(rows: Iterable[dict[str, Any]]) -> set[str]:
    """The words of documents that may be suggested: neither numbers nor short ones."""
    terms = set(chain.from_iterable(row["terms"].split(" ") for row in rows))
    return {term for term in terms if len(term) > 3 and term.isalpha()}
