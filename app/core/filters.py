"""Filters that are declared once and mean the same on every list and in every figure.

The record is a graph: a root entity, and links from it to other records. A filter names its link, the column that it
reads and how the column is compared, on one line of a query model. All filters of one link speak of one and the same
linked record. The value `none` keeps records without a value; on a link it works as in a left join: a root stands for
`none` when it has a linked record without a value, or no linked record at all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import FunctionType
from typing import Annotated, Any, ClassVar, cast

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
from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.languages import LabelLanguage
from app.core.partial_dates import FIRST_YEAR, LAST_YEAR, PartialDate, Span
from app.core.problems import invalid_parameter
from app.core.text_search.documents import SearchDocument
from app.core.text_search.index import matches
from app.core.text_search.query import Synonyms, parse

NONE = "none"


_day_of_release: ContextVar[date | None] = ContextVar("day_of_release", default=None)


def today() -> date:
    """The current day in UTC; inside a release, the day on which it was made."""
    return _day_of_release.get() or datetime.now(UTC).date()


def answer_as_on(day: date) -> None:
    """For the rest of this request, today is another day."""
    _day_of_release.set(day)


# -- the record as a graph --


@dataclass(frozen=True, eq=False)
class Root:
    """The entity that everything else is linked to."""

    entity: Any
    key: Any


@dataclass(frozen=True, eq=False)
class Link:
    """A way from the root to linked records: the tables to join, one after the other, and the linked record's key."""

    root: Root
    via: Any
    """The column of the first table that holds the root's key."""
    steps: tuple[tuple[Any, Any], ...]
    """Entities with the condition that joins each to what came before it (the first: to the root)."""
    key: Any

    def join(self, statement: Select[*tuple[Any, ...]], *, outer: bool) -> Select[*tuple[Any, ...]]:
        """The statement, which selects from the root, with this link's tables joined."""
        for entity, condition in self.steps:
            statement = statement.join(entity, condition, isouter=outer)
        return statement

    def root_keys(self, predicate: ColumnElement[bool], *, or_unlinked: bool) -> Select[*tuple[Any, ...]]:
        """The keys of the roots that have a linked record for which the predicate holds.

        With `or_unlinked`, the predicate is also asked of the row of nulls that a root without any link has.
        """
        if or_unlinked:
            statement = self.join(select(self.root.key).select_from(self.root.entity), outer=True)
        else:
            (first, _), *others = self.steps
            statement = select(self.via).select_from(first)
            for entity, condition in others:
                statement = statement.join(entity, condition)
        # The same tables may stand around this query; it must not be tied to them.
        return statement.where(predicate).correlate(None)


@dataclass(frozen=True, eq=False)
class Resource:
    """What is listed or counted: the root itself, a child of it, or a record that roots are linked to."""

    path: str
    """Below the API's base path, with its slash."""
    entity: Any
    key: Any
    link: Link | None = None
    parent: Any = None
    """For a child: its own column with the root's key."""

    @property
    def is_shared(self) -> bool:
        """Whether several roots may be linked to one of its records."""
        return self.link is not None and self.parent is None


# -- one filter --


@dataclass(frozen=True, eq=False)
class Filter:
    """How one query parameter is read: stands as metadata beside the parameter's type in a `Filters` model."""

    link: Link | None
    predicate: Callable[[Sequence[str], date], ColumnElement[bool]]
    phrase: str
    """How it reads in a definition, after what it keeps: "held in {}". Empty where a value names the linked record."""
    labels: Callable[[str], str] = str
    """A value as it is written in a definition."""
    exists: Any = None
    """For an open vocabulary: the column that holds the allowed values."""
    convert: Callable[[str], Any] = str
    """A value as the column has it; raises ValueError for what can be no value of it."""
    without: str = ""
    """How the value `none` reads in a definition: "without a stated country". Empty where every linked record has a
    value, so that `none` keeps the roots without any."""
    spans: bool = False
    """Whether the values are intervals of days."""
    by_day: bool = False
    """Whether what it keeps depends on the day `as_of`."""


def one_of(
    link: Link | None,
    column: Any,
    phrase: str,
    *,
    labels: Callable[[str], str] = str,
    exists: Any = None,
    convert: Callable[[str], Any] = str,
    without: str = "",
    narrows: Any = None,
) -> Filter:
    """Keeps records whose column has one of the values. `column` may be a function of the day `as_of`.

    `narrows` is for a computed column: the stored one whose value it has, or none. Its index then spares the database
    from computing the other for every record.
    """

    def predicate(values: Sequence[str], as_of: date) -> ColumnElement[bool]:
        expression = on_day(column, as_of)
        wanted = [convert(value) for value in values if value != NONE]
        conditions = [expression.in_(wanted)] if wanted else []
        if wanted and narrows is not None:
            conditions = [and_(narrows.in_(wanted), *conditions)]
        if NONE in values:
            conditions.append(expression.is_(None))
        return or_(*conditions)

    is_by_day = isinstance(column, FunctionType)
    return Filter(link, predicate, phrase, labels, exists, convert, without, by_day=is_by_day)


def on_day(column: Any, as_of: date) -> Any:
    """A column, or what a function makes it on a day."""
    return column(as_of) if isinstance(column, FunctionType) else column


def overlapping(link: Link | None, written: Any, first_day: Any, last_day: Any, phrase: str, *, without: str) -> Filter:
    """Keeps records whose days from `first_day` through `last_day` overlap one of the intervals."""

    def predicate(values: Sequence[str], _as_of: date) -> ColumnElement[bool]:
        conditions = [
            and_(first_day <= span.last_day, last_day >= span.first_day)
            for span in (Span.parse(value) for value in values if value != NONE)
        ]
        if NONE in values:
            conditions.append(written.is_(None))
        return or_(*conditions)

    return Filter(link, predicate, phrase, _when, without=without, spans=True)


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


def matching(root: Root, kind: str, phrase: str, synonyms: Synonyms) -> Filter:
    """Keeps roots whose document, of that kind, is found by the query."""

    def predicate(values: Sequence[str], _as_of: date) -> ColumnElement[bool]:
        queries = [query for value in values if (query := parse(value, synonyms))]
        if not queries:
            return false()
        found = select(SearchDocument.record).where(SearchDocument.kind == kind, or_(*map(matches, queries)))
        return cast("ColumnElement[bool]", root.key.in_(found.correlate(None)))

    return Filter(None, predicate, phrase, labels=lambda query: f'"{query}"')


# -- the types of parameters --


class Choice:
    """Marks the type of one value of a closed vocabulary: `Annotated[str, Choice(...)]`. `none` adds that word."""

    def __init__(self, values: Sequence[str], *, none: bool) -> None:
        self.allowed = [*map(str, values), NONE] if none else list(map(str, values))
        self._known = frozenset(self.allowed)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Refuses other values, and lists these."""
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """An enumeration."""
        return {"type": "string", "enum": self.allowed}

    def _check(self, value: str) -> str:
        if value not in self._known:
            raise PydanticCustomError(
                "unknown_value",
                "'{value}' is not a value of this parameter",
                {"value": value, "allowed": self.allowed},
            )
        return value


def _interval(value: str) -> str:
    if value != NONE:
        try:
            Span.parse(value)
        except ValueError as error:
            raise PydanticCustomError("interval", "{reason}", {"reason": str(error)}) from None
    return value


Interval = Annotated[
    str,
    AfterValidator(_interval),
    WithJsonSchema(
        {
            "type": "string",
            "description": "A year, a month, a day, an interval of two of them (`2012-06/2013-02`, `2014/..`), "
            "or `none` for records without a date.",
        }
    ),
]


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


Day = Annotated[date, BeforeValidator(_full_day), AfterValidator(_day_in_range)]
AsOf = Annotated[Day | None, QueryParameter(description="The day on which `status` is judged, by default today (UTC).")]


# -- what a request asks for --


ReleaseName = Annotated[str, StringConstraints(max_length=50)]


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

    def predicate(self, link: Link | None) -> ColumnElement[bool] | None:
        """All conditions on one link's record (on the root for None), or None when there are none."""
        conditions = [
            self.filters[name].predicate(values, self.as_of)
            for name, values in self.values.items()
            if self.filters[name].link is link
        ]
        return and_(*conditions) if conditions else None

    def links(self) -> Iterator[Link]:
        """The links that are filtered, each once."""
        yield from dict.fromkeys(link for name in self.values if (link := self.filters[name].link) is not None)

    def accepts_unlinked(self, link: Link) -> bool:
        """Whether a root without any record of this link could pass: every condition on it accepts `none`."""
        return all(NONE in values for name, values in self.values.items() if self.filters[name].link is link)

    def root_conditions(self, root: Root, *, besides: Sequence[Link | None] = ()) -> list[ColumnElement[bool]]:
        """The conditions on the root: its own, and for each filtered link that it has such a record.

        Links in `besides` are left out: whoever joined them states their conditions on the joined row.
        """
        conditions = []
        if (own := self.predicate(None)) is not None:
            conditions.append(own)
        for link in self.links():
            if link not in besides and (predicate := self.predicate(link)) is not None:
                keys = link.root_keys(predicate, or_unlinked=self.accepts_unlinked(link))
                conditions.append(root.key.in_(keys))
        return conditions

    def conditions(self, root: Root, resource: Resource) -> list[ColumnElement[bool]]:
        """The conditions that keep the resource's records that are selected."""
        if resource.key is root.key:
            return self.root_conditions(root)
        if not self.values and not self.linked_only:
            return []
        if resource.parent is None:
            return [resource.key.in_(self.linked_keys(root, resource))]
        own = self.predicate(resource.link) if resource.link else None
        conditions = [] if own is None else [own]
        if rest := self.root_conditions(root, besides=(resource.link,)):
            keys = select(root.key).select_from(root.entity).where(*rest).correlate(None)
            conditions.append(resource.parent.in_(keys))
        return conditions

    def linked_keys(self, root: Root, resource: Resource) -> Select[*tuple[Any, ...]]:
        """The keys of the linked records that a matching root has."""
        assert resource.link is not None
        statement = resource.link.join(select(resource.link.key).select_from(root.entity), outer=False).correlate(None)
        own = self.predicate(resource.link)
        return statement.where(*([] if own is None else [own]), *self.root_conditions(root, besides=(resource.link,)))

    async def check(self, connection: AsyncConnection) -> None:
        """Refuses values that an open vocabulary does not have, with the ones that it has.

        Raises Invalid.
        """
        for name, values in self.values.items():
            column = self.filters[name].exists
            wanted = [value for value in values if value != NONE]
            if column is None or not wanted:
                continue
            typed = {value: key for value in wanted if (key := self._key(name, value)) is not None}
            known = set((await connection.scalars(select(column).where(column.in_(list(typed.values()))))).all())
            if missing := [value for value in wanted if typed.get(value) not in known]:
                allowed = (await connection.scalars(select(column).order_by(column).limit(1000))).all()
                raise invalid_parameter(
                    name,
                    "unknown-value",
                    f"'{missing[0]}' is not a value of this parameter",
                    [*allowed, NONE],
                )

    def _key(self, name: str, value: str) -> Any:
        """The key that a value of an open vocabulary stands for; None when it can't be one."""
        try:
            return self.filters[name].convert(value)
        except ValueError:
            return None
