"""Filters that are declared once and mean the same on every list and in every figure.

A filter names the column of the index that it reads and how the column is compared, on one line of a query model. All
filters of one link speak of one and the same linked record. The value `none` keeps records without a value; on a link
it works as in a left join: a root counts for `none` when it has a linked record without a value, or no linked record at
all.
"""

import re
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import Annotated, Any, ClassVar

import numpy as np
from fastapi import Query as QueryParameter
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import TypeAliasType

from app.core.index.columns import Keys, Mask, day_number
from app.core.index.matching import having, touching, with_keys
from app.core.index.schema import ByDay, Coded, Column, Link, Lookup, Period
from app.core.index.snapshot import Snapshot
from app.core.json_schema import Keywords
from app.core.languages import LabelLanguage
from app.core.partial_dates import DAY_PATTERN, FIRST_YEAR, INTERVAL_PATTERN, LAST_YEAR, PartialDate, Span
from app.core.problems import invalid_parameter
from app.core.text_search.engines import Finder, kinds_of, records_of
from app.core.text_search.query import Synonyms, parse

NONE = "none"
RELEASE_NAME = r"^[0-9A-Za-z][0-9A-Za-z._-]*$"


_day_of_release: ContextVar[date | None] = ContextVar("day_of_release", default=None)


def today() -> date:
    """The current day in UTC; inside a release, the day on which it was made."""
    return _day_of_release.get() or datetime.now(UTC).date()


def answer_as_on(day: date) -> None:
    """For the rest of this request, today is another day."""
    _day_of_release.set(day)


@dataclass(frozen=True, eq=False)
class Resource:
    """What is listed or counted: the root, or a record that is linked to it."""

    path: str
    """Below the API's base path, with its slash."""
    entity: Any
    key: Any
    table: Link
    """Where the index has its records: a link of the root, or a table beside."""
    link: Link | None = None
    """The link by which roots have its records; None for what no root is linked to."""
    linked_only: str | None = None
    """Where there are records that no root has: the parameter that keeps only those that one has."""


# -- one filter --


@dataclass(frozen=True, eq=False)
class Filter:
    """How one query parameter is read: stands as metadata beside the parameter's type in a `Filters` model."""

    link: Link
    keeps: Callable[[Snapshot, Sequence[str], date], Mask]
    """Which rows of the link have one of the values on a day."""
    phrase: str
    """How it reads in a definition, after what it keeps: "held in {}". Empty where a value names the linked record."""
    labels: Callable[[str], str] = str
    """A value as it is written in a definition."""
    exists: Lookup | None = None
    """For an open vocabulary: what has the allowed values."""
    without: str = ""
    """How the value `none` reads in a definition: "without a stated country". Empty where every linked record has a
    value, so that `none` keeps the roots without any."""
    spans: bool = False
    """Whether the values are intervals of days."""
    by_day: bool = False
    """Whether what it keeps depends on the day `as_of`."""
    find: Callable[[AsyncConnection, Snapshot, Sequence[str]], Awaitable[Keys]] | None = None
    """For what only the database can tell: gives the keys of the roots that are kept, instead of `keeps`."""


def one_of(
    column: Coded,
    phrase: str,
    *,
    labels: Callable[[str], str] = str,
    exists: Lookup | None = None,
    without: str = "",
) -> Filter:
    """Keeps records whose column has one of the values."""

    def keeps(snapshot: Snapshot, values: Sequence[str], as_of: date) -> Mask:
        return having(snapshot, column, day_number(as_of), values, none=NONE in values)

    by_day = isinstance(column, ByDay)
    return Filter(column.link, keeps, phrase, labels, exists, without, by_day=by_day)


def overlapping(period: Period, phrase: str, *, without: str) -> Filter:
    """Keeps records whose days overlap one of the intervals."""

    def keeps(snapshot: Snapshot, values: Sequence[str], _as_of: date) -> Mask:
        spans = [Span.parse(value) for value in values if value != NONE]
        return touching(snapshot, period, spans, none=NONE in values)

    return Filter(period.link, keeps, phrase, _when, without=without, spans=True)


def _when(value: str) -> str:
    """An interval as prose has it."""
    first, slash, last = value.partition("/")
    if not slash:
        return f"on {first}" if len(first) == 10 else f"in {first}"
    match first == "..", last == "..":
        case True, True:
            return "in any year"
        case True, False:
            return f"in or before {last}"
        case False, True:
            return f"in or after {first}"
        case _:
            return f"from {first} to {last}"


def matching(root: Link, kind: int, phrase: str, synonyms: Synonyms) -> Filter:
    """Keeps roots whose document, of that kind, is found by the query."""

    async def find(connection: AsyncConnection, snapshot: Snapshot, values: Sequence[str]) -> Keys:
        queries = [query for value in values if (query := parse(value, synonyms))]
        ids = await connection.run_sync(lambda sync: Finder(sync, queries, snapshot.found).find())
        return records_of(ids[kinds_of(ids) == kind])

    def keeps(_snapshot: Snapshot, _values: Sequence[str], _as_of: date) -> Mask:
        raise AssertionError("the database finds these")

    return Filter(root, keeps, phrase, labels=lambda query: f'"{query}"', find=find)


def named(root: Link, slug: Any, phrase: str) -> Filter:
    """Keeps the roots with one of the keys or slugs. One that is not there is refused by Invalid."""

    async def find(connection: AsyncConnection, _snapshot: Snapshot, values: Sequence[str]) -> Keys:
        ids = [int(value) for value in values if value.isdecimal() and len(value) < 10]
        slugs = [value for value in values if value.isprintable()]
        rows = (await connection.execute(select(root.key, slug).where(or_(root.key.in_(ids), slug.in_(slugs))))).all()
        known = {str(name) for row in rows for name in row}
        if missing := [value for value in values if value not in known]:
            raise invalid_parameter(root.name, "unknown-value", f"there is no {root.name} '{missing[0]}'")
        return np.array(sorted(key for key, _ in rows), np.int64)

    def keeps(_snapshot: Snapshot, _values: Sequence[str], _as_of: date) -> Mask:
        raise AssertionError("the database finds these")

    return Filter(root, keeps, phrase, find=find)


def numbered(column: Column, phrase: str, *, without: str) -> Filter:
    """Keeps records whose column has one of the numbers; 0 stands for none."""

    def keeps(snapshot: Snapshot, values: Sequence[str], _as_of: date) -> Mask:
        numbers = [0 if value == NONE else int(value) for value in values]
        return np.isin(snapshot.rows[column.link].columns[column], numbers)

    return Filter(column.link, keeps, phrase, without=without)


# -- the types of parameters --


class Choice:
    """Marks the type of one value of a closed vocabulary: `Annotated[str, Choice(...)]`. `none` adds that word; `meant`
    gives the value that another text is likely to mean."""

    def __init__(self, values: Sequence[str], *, none: bool, meant: Callable[[str], str | None] = str.lower) -> None:
        self.allowed = [*map(str, values), NONE] if none else list(map(str, values))
        self._known = frozenset(self.allowed)
        self._meant = meant

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Refuses other values, and lists these."""
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """An enumeration."""
        return {"type": "string", "enum": self.allowed}

    def _check(self, value: str) -> str:
        if value in self._known:
            return value
        hint, allowed = "", self.allowed
        if (meant := self._meant(value)) in self._known:
            hint, allowed = f": did you mean '{meant}'?", [str(meant)]
        elif "," in value and self._known.issuperset(value.split(",")):
            hint, allowed = ": repeat the parameter for each of several values", value.split(",")
        raise PydanticCustomError(
            "unknown_value",
            "'{value}' is not a value of this parameter{hint}",
            {"value": value, "hint": hint, "allowed": allowed},
        )


_DATE = "[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?"
# What people write instead of an interval: 2012-2014, 2013/, /2013.
_NEARLY = (
    (re.compile(f"({_DATE}) ?(?:-|–|,|:|to|\\.\\.) ?({_DATE})"), r"\1/\2"),
    (re.compile(f"({_DATE})[-/]"), r"\1/.."),
    (re.compile(f"[-/]({_DATE})"), r"../\1"),
)


def _is_interval(value: str) -> bool:
    try:
        Span.parse(value)
    except ValueError:
        return False
    return True


def _interval(value: str) -> str:
    if value != NONE:
        try:
            Span.parse(value)
        except ValueError as error:
            meant = [match.expand(form) for pattern, form in _NEARLY if (match := pattern.fullmatch(value))]
            hint = f": did you mean {meant[0]}?" if meant and _is_interval(meant[0]) else ""
            raise PydanticCustomError("interval", "{reason}", {"reason": f"{error}{hint}"}) from None
    return value


Interval = TypeAliasType(
    "Interval",
    Annotated[
        str,
        AfterValidator(_interval),
        WithJsonSchema(
            {
                "type": "string",
                "pattern": f"{INTERVAL_PATTERN}|^{NONE}$",
                "description": "A year, a month, a day, an interval of two of them (`2012-06/2013-02`, `2014/..`), "
                "or `none` for records without a date.",
            }
        ),
    ],
)
"""The type of a parameter of days. With a name of its own, it is described once."""


def _full_day(value: Any) -> Any:
    if isinstance(value, str):
        try:
            # Only the form with two hyphens: ISO 8601 has others (2026-W48-1), which a reader would not expect here.
            return PartialDate(value).first_day if len(value) == 10 else date.min
        except ValueError:
            return date.min
    return value


def _day_in_range(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError("day", "a day like 2026-11-23 is expected, between 1900 and 2199")
    return value


Day = Annotated[date, BeforeValidator(_full_day), AfterValidator(_day_in_range), Keywords(pattern=DAY_PATTERN)]
AsOf = Annotated[Day | None, QueryParameter(description="The day on which `status` is judged, by default today (UTC).")]


# -- what a request asks for --


ReleaseName = Annotated[str, StringConstraints(max_length=50), Keywords(pattern=RELEASE_NAME)]


class Filters(BaseModel):
    """The query parameters that select records. A subclass declares each with its `Filter`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    as_of: Day | None = None
    """The day on which `status` is judged, by default today (UTC)."""

    release: ReleaseName | None = None
    """Answer from this release instead of the record as it stands (`/releases` lists them)."""

    lang: LabelLanguage | None = None
    """Language of labels; by default what `Accept-Language` prefers, else English."""

    _declared: ClassVar[Mapping[str, Filter]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Collects the declared filters, in their order."""
        cls._declared = {
            name: item for name, info in cls.model_fields.items() for item in info.metadata if isinstance(item, Filter)
        }

    @classmethod
    def declared(cls) -> Mapping[str, Filter]:
        """Each filter by its parameter's name."""
        return cls._declared

    def selection(self) -> "Selection":
        """What these parameters select."""
        given = {name: tuple(dict.fromkeys(values)) for name in self._declared if (values := getattr(self, name))}
        return Selection(
            self._declared,
            given,
            self.as_of or today(),
            as_of_is_given=self.as_of is not None,
            release=self.release,
            lang=self.lang,
        )


@dataclass(frozen=True)
class Selection:
    """Filters with their values, ready to become conditions."""

    filters: Mapping[str, Filter]
    values: Mapping[str, tuple[str, ...]]
    as_of: date
    as_of_is_given: bool = False
    release: str | None = None
    lang: str | None = None
    """The language of labels, where the request names it: addresses in the answer name it, too."""
    linked_only: bool = False
    """Whether a linked record must belong to some root, even when nothing is filtered."""
    found: dict[str, Keys] = field(default_factory=dict, compare=False)
    """The keys of the roots that filters keep which only the database can answer, after `find`."""

    @property
    def key(self) -> Hashable:
        """What it selects, to compare by: the same filters with the same values, on the same day."""
        return (
            frozenset((name, frozenset(values)) for name, values in self.values.items()),
            self.linked_only,
            self.as_of,
        )

    def masks(self, snapshot: Snapshot, link: Link) -> Iterator[Mask]:
        """Which rows of a link each of its filters keeps."""
        for name, values in self.values.items():
            item = self.filters[name]
            if item.link is not link:
                continue
            if item.find is not None:
                yield with_keys(snapshot, self.found[name])
            else:
                yield item.keeps(snapshot, values, self.as_of)

    def links(self) -> Iterator[Link]:
        """The links that are filtered, the root among them, each once."""
        yield from dict.fromkeys(self.filters[name].link for name in self.values)

    def accepts_unlinked(self, link: Link) -> bool:
        """Whether a root without any record of this link could pass: every condition on it accepts `none`."""
        return all(NONE in values for name, values in self.values.items() if self.filters[name].link is link)

    @property
    def asks_database(self) -> bool:
        """Whether a filter asks for what only the database can find."""
        return any(self.filters[name].find is not None for name in self.values)

    async def find(self, connection: AsyncConnection, snapshot: Snapshot) -> None:
        """Lets the database find what only it can."""
        for name, values in self.values.items():
            find = self.filters[name].find
            if find is not None and name not in self.found:
                self.found[name] = await find(connection, snapshot, values)

    def check(self, snapshot: Snapshot) -> None:
        """Refuses values that an open vocabulary does not have, with the ones that it has.

        Raises Invalid.
        """
        for name, values in self.values.items():
            lookup = self.filters[name].exists
            if lookup is None:
                continue
            known = snapshot.beside.tables[lookup]
            if missing := [value for value in values if value != NONE and value not in known]:
                message = f"'{missing[0]}' is not a value of this parameter"
                allowed = [value for value, _ in islice(known.values(), 1000)]
                raise invalid_parameter(name, "unknown-value", message, [*allowed, NONE])
