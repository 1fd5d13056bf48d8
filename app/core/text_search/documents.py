"""What is looked through: a document for each record, over which the databases' engines have their indexes."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, Engine, Index, Integer, String, Text, event, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from app.core.database import Base, text_column
from app.core.text_search.analysis import LONGEST_WORD, stem, words_of

END = "0z0"
"""A code that stands behind each text, so that no phrase reaches from one into the next: no engine sees other signs."""
RECORD_BITS, KIND_BITS = 32, 2
MOST_BYTES = 900_000
"""What the index of a document may take: PostgreSQL's limit is a megabyte."""
_MOST_PLACES = 256


class Section(IntEnum):
    """The parts of a document, from the most telling one down."""

    TITLE = 0
    NAMES = 1
    AIM = 2
    BODY = 3
    PARTS = 4
    """What belongs to records of its own."""


class Passage(NamedTuple):
    """A text of a record."""

    section: Section
    field: str
    """The field that it is the value of, as clients know it."""
    text: str
    also: tuple[str, ...] = ()
    """Other words for the same, which find it, too."""
    code: str = ""
    """What the document has in place of a label, whose words are added to queries."""


@dataclass(frozen=True)
class Document:
    """A record as it is looked through."""

    kind: int
    """Which kind of record, from 0 to 3. Of records of one day, those of greater kinds are listed first."""
    record: int
    root: int | None
    """The record that it belongs to, or itself; None for what several share."""
    recency: int
    """A number that is greater for later records, 0 where nothing tells it; less than 2^20."""
    title: str
    passages: tuple[Passage, ...]

    @property
    def id(self) -> int:
        """Later records have greater ids, so that the engines find the latest first; the low bits are those of kind
        and record."""
        return (self.recency << KIND_BITS | self.kind) << RECORD_BITS | self.record


_COMPRESSED_FROM = 200
"""Characters from which compression makes a text smaller by more than it costs."""


class CompressedText(TypeDecorator[str]):
    """A text that is compressed where that pays: by this service in SQLite, by the server itself in PostgreSQL.

    SQLite has it as a blob or a text, and reads it by its function `decompressed`.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Compresses."""
        if value is None or len(value) < _COMPRESSED_FROM or dialect.name != "sqlite":
            return value
        return zlib.compress(value.encode())

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Decompresses."""
        return _decompressed(value)


def _decompressed(value: bytes | str | None) -> str | None:
    return zlib.decompress(value).decode() if isinstance(value, bytes) else value


@event.listens_for(Engine, "connect")
def _add_function(connection: Any, _record: Any) -> None:
    if hasattr(connection, "create_function"):  # SQLite
        connection.create_function("decompressed", 1, _decompressed, deterministic=True)


class SearchDocument(Base):
    """The folded words of a record, once. The engines' own indexes are made over them (see `engines.py`)."""

    __tablename__ = "search_documents"
    __table_args__ = (Index("ix_search_documents_kind_record", "kind", "record", unique=True),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    kind: Mapped[int]
    record: Mapped[int]
    # The texts of each weight. An older release has none of these columns, and is indexed again.
    title: Mapped[str] = mapped_column(Text, server_default=text("''"))
    names: Mapped[str] = mapped_column(Text, server_default=text("''"))
    body: Mapped[str] = mapped_column(CompressedText, server_default=text("''"))
    parts: Mapped[str] = mapped_column(CompressedText, server_default=text("''"))


class SearchTerm(Base):
    """A word that some document has or had: what the beginning of a word stands for, and what is suggested where a
    query finds nothing."""

    __tablename__ = "search_terms"

    term: Mapped[str] = mapped_column(text_column(LONGEST_WORD), primary_key=True)
    stem: Mapped[str] = mapped_column(text_column(LONGEST_WORD), index=True, server_default=text("''"))


class SearchState(Base):
    """One row: by which rules the documents were written."""

    __tablename__ = "search_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rules: Mapped[str] = mapped_column(String(64))


_COLUMNS: Final = {
    Section.TITLE: "title",
    Section.NAMES: "names",
    Section.AIM: "body",
    Section.BODY: "body",
    Section.PARTS: "parts",
}


def row_of(document: Document) -> dict[str, Any]:
    """The document as its row."""
    texts: dict[str, list[list[str]]] = {column: [] for column in _COLUMNS.values()}
    for passage in document.passages:
        texts[_COLUMNS[passage.section]].append([passage.code] if passage.code else [*words_of(passage.text), END])
    if sum(len(passage.text) for passage in document.passages) > MOST_BYTES // 10:
        texts = _cut(texts)
    columns = {column: f" {' '.join(chain.from_iterable(some))} " for column, some in texts.items()}
    return {"id": document.id, "kind": document.kind, "record": document.record, **columns}


def _cut(texts: Mapping[str, list[list[str]]]) -> dict[str, list[list[str]]]:
    """The texts as far as an index takes them."""
    size, times = 0, dict[str, int]()
    cut: dict[str, list[list[str]]] = {column: [] for column in texts}
    for column, some in texts.items():
        for words in some:
            kept = list[str]()
            cut[column].append(kept)
            for word in words:
                seen = times.get(word, 0)
                size += 2 * (seen < _MOST_PLACES) + (0 if seen else len(word.encode()) + 4)
                if size > MOST_BYTES:
                    return cut
                times[word] = seen + 1
                kept.append(word)
    return cut


def vocabulary(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """The words of documents, without codes."""
    columns = set(_COLUMNS.values())
    found = set(chain.from_iterable(row[column].split() for row in rows for column in columns))
    return {word for word in found if not is_code(word)}


def terms_of(words: Iterable[str]) -> list[dict[str, str]]:
    """Words as rows of the vocabulary."""
    return [{"term": word, "stem": stem(word)} for word in sorted(words)]


def code_of(value: str) -> str:
    """The word by which documents have a value of a vocabulary. It is its own stem, and hardly typed by anybody."""
    return f"0{''.join(words_of(value))}0"


def is_code(word: str) -> bool:
    """Whether a word of a document is a code."""
    return word[0] == word[-1] == "0" and any(character.isalpha() for character in word)
