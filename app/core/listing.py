"""Lists: a page of records with its exact total, in a closed set of orders, paged by key.

A page links to its neighbours with a cursor that holds the last record's place in the order, so that page 10,000 costs
what page 1 costs. `offset` says where the page stands, and may be used to jump.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Generic, Protocol, TypeVar
from urllib.parse import urlencode

import numpy as np
from fastapi import Request, Response
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function
from sqlalchemy import RowMapping, Select, bindparam
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.addresses import address
from app.core.caching import Validator
from app.core.cursors import MAX_OFFSET, Cursor
from app.core.epochs import epoch_mark
from app.core.filters import ReleaseName, Resource, Selection
from app.core.formats.negotiation import LISTS, VARY
from app.core.index.ordering import Directed, Ordered
from app.core.index.schema import Kind, Order
from app.core.json_schema import Keywords
from app.core.languages import LabelLanguage
from app.core.parameters import IN_DIGITS
from app.core.problems import Gone, invalid_parameter
from app.core.reading import ReadSession
from app.core.threads import paced

API = "/api/v1"

Record = TypeVar("Record", bound=BaseModel)


class Page(BaseModel, Generic[Record]):
    """A page of a list."""

    # Fields are described in place: to look for docstrings in each concrete page would take a fifth of the start.
    items: list[Record]
    total: Annotated[int, Field(description="How many records match, exactly.")]
    limit: Annotated[int, Field(description="How many records a page has at most.")]
    offset: Annotated[int, Field(description="How many records stand before this page.")]
    next: Annotated[
        str | None,
        Field(
            description="Where the next page is, or null on the last one. Follow it as it is: its cursor has no "
            "meaning outside."
        ),
    ]
    previous: Annotated[str | None, Field(description="Where the previous page is, or null on the first one.")]
    release: Annotated[
        str | None,
        Field(description="The release that answered; left out when it was the record as it stands."),
    ] = None


class _Names:
    """Marks the type of a parameter that names things of a closed set, separated by commas."""

    def __init__(self, code: str, what: str, allowed: Sequence[str], pattern: str, description: str) -> None:
        self.code = code
        self.what = what
        self.allowed = list(allowed)
        self.description = description
        self._pattern = f"^{pattern}(,{pattern})*$"
        self._known = frozenset(allowed)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Refuses other names, and lists these."""
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A string; its names are told in words."""
        return {
            "type": "string",
            "pattern": self._pattern,
            "description": self.description,
            "examples": [self.allowed[0]],
        }

    def _check(self, value: str) -> str:
        parts = value.split(",")
        for part in parts:
            if part not in self._known:
                context = {"value": part, "what": self.what, "allowed": self.allowed}
                raise PydanticCustomError(self.code, "'{value}' is not {what}", context)
        if len({part.removeprefix("-") for part in parts}) < len(parts):
            raise PydanticCustomError("repeated", "a name stands twice")
        return value


class Sorting(_Names):
    """Marks a `sort` parameter with its closed set of orders: `Annotated[str, Sorting("title", "id")]`."""

    def __init__(self, *names: str) -> None:
        super().__init__(
            "unknown_sort",
            "an order of this list",
            [sign + name for name in names for sign in ("", "-")],
            f"-?({'|'.join(names)})",
            f"Comma-separated orders, `-` before one for descending: {', '.join(f'`{name}`' for name in names)}. "
            "The id always comes last, so that pages never overlap.",
        )


class FieldsOf(_Names):
    """Marks a `fields` parameter with the record whose fields can be named: `Annotated[str, FieldsOf(ActionRead)]`."""

    def __init__(self, model: type[BaseModel]) -> None:
        super().__init__(
            "unknown_field",
            "a field of this record",
            list(model.model_fields),
            f"({'|'.join(model.model_fields)})",
            "Only these fields, separated by commas; by default all of them.",
        )


class Paging(BaseModel):
    """The query parameters of every list, beside its filters, `sort` and `fields`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    limit: Annotated[int, Field(ge=1, le=500), IN_DIGITS] = 20
    """How many records a page has at most, 1 to 500."""
    offset: Annotated[int, Field(ge=0, le=MAX_OFFSET), IN_DIGITS] = 0
    """How many records to pass over. To walk through a long list, follow `next` instead: it costs less."""
    cursor: Annotated[str, Field(max_length=2000), Keywords(pattern="^[A-Za-z0-9_-]+$")] | None = None
    """A place in the list, as `next` and `previous` give it."""

    release: ReleaseName | None = None
    """Answer from this release instead of the record as it stands (`/releases` lists them)."""

    lang: LabelLanguage | None = None
    """Language of labels; by default what `Accept-Language` prefers, else English."""


class ListQuery(Paging):
    """What every list can be asked, beside its filters. A subclass names the values of `sort` and `fields`."""

    sort: str
    fields: str | None = None

    format: Annotated[str, LISTS.choice] | None = None
    """The format of the answer, before what `Accept` says; JSON by default. Any other format holds all records that
    match, not a page of them, unless `limit`, `offset` or `cursor` is given."""

    bom: bool = False
    """Begins a CSV with a byte order mark, so that Excel reads it as UTF-8."""


class PlainQuery(ListQuery):
    """What a list without filters can be asked."""

    def selection(self) -> Selection:
        """Everything."""
        return Selection({}, {}, date.min)


class Asked(Protocol):
    """A list query together with its filters."""

    limit: int
    offset: int
    cursor: str | None
    sort: str
    fields: str | None
    release: str | None

    def selection(self) -> Selection:
        """What the filters select."""
        ...


@dataclass(frozen=True, eq=False)
class Listing(Generic[Record]):
    """How one resource is listed: what is selected, which orders there are, and how rows become records."""

    resource: Resource
    read: type[Record]
    select: Callable[[date], Select[*tuple[Any, ...]]]
    """The columns of a record, on the day `as_of`."""
    assemble: Callable[[AsyncConnection, Sequence[RowMapping]], Awaitable[list[Record]]]
    """Rows as records; loads what is in other tables in statements whose number does not depend on the rows."""
    sorts: Mapping[str, Order]
    """Each order by its name."""
    key: Order
    """The order by the record's own key."""

    async def records(
        self, connection: AsyncConnection, as_of: date, keys: Sequence[Any], column: Any = None, *order: Any
    ) -> list[Record]:
        """The records with these keys, or with these values in a column; by id, or in the given order."""
        statement = _select_records(self, as_of, self.resource.key if column is None else column, order)
        rows = (await connection.execute(statement, {"keys": keys})).mappings().all()
        return await self.assemble(connection, rows)

    def orders(self, sort: str) -> list[Directed]:
        """What the records are sorted by. The key comes last, in the direction of the first one."""
        named = [(self.sorts[part.removeprefix("-")], part.startswith("-")) for part in sort.split(",")]
        return named if any(order is self.key for order, _ in named) else [*named, (self.key, named[0][1])]


# To build a statement takes several times as long as to run it; only the parameters differ between requests.
@lru_cache(maxsize=256)
def _select_records(
    listing: Listing[Any], as_of: date, column: Any, order: tuple[Any, ...]
) -> Select[*tuple[Any, ...]]:
    keys = bindparam("keys", expanding=True, type_=column.type)
    return listing.select(as_of).where(column.in_(keys)).order_by(*(order or (listing.resource.key,)))


@dataclass(frozen=True)
class _Found(Generic[Record]):
    """The records of a list that match, before any is read."""

    session: ReadSession
    listing: Listing[Record]
    selection: Selection
    ordered: Ordered
    rows: NDArray[np.intp]
    """Their rows in the index."""

    def keys(self, rows: NDArray[np.intp]) -> list[Any]:
        """The keys of rows, as the database has them."""
        keys = self.ordered.snapshot.of(self.ordered.table).keys[rows].tolist()
        if not self.ordered.table.shares_records:
            return list(keys)
        texts = self.ordered.snapshot.vocabulary[self.ordered.table].texts
        return [self.listing.resource.key.type.python_type(texts[key]) for key in keys]

    async def read(self, rows: NDArray[np.intp]) -> list[Record]:
        """The records of rows, in their order."""
        keys = self.keys(rows)
        statement = _select_page(self.listing, self.selection.as_of)
        found = (await self.session.connection.execute(statement, {"keys": keys})).mappings().all()
        by_key = {row["key_of_page"]: row for row in found}
        return await self.listing.assemble(self.session.connection, [by_key[key] for key in keys])

    def edge(self, row: int) -> tuple[Any, ...]:
        """What a row has in each order."""
        return tuple(self.ordered.value(order, row) for order, _ in self.ordered.orders)

    def after(self, values: Sequence[Any]) -> NDArray[np.intp]:
        """The rows that come after the place with these values."""
        place = [self.ordered.rank(order, value) for (order, _), value in zip(self.ordered.orders, values, strict=True)]
        return self.ordered.beyond(self.rows, self.ordered.placed(place))


@lru_cache(maxsize=256)
def _select_page(listing: Listing[Any], as_of: date) -> Select[*tuple[Any, ...]]:
    key = listing.resource.key
    keys = bindparam("keys", expanding=True, type_=key.type)
    return listing.select(as_of).add_columns(key.label("key_of_page")).where(key.in_(keys))


async def _find(
    session: ReadSession, listing: Listing[Record], selection: Selection, sort: str, *, backward: bool = False
) -> _Found[Record]:
    """The records that match, in an order."""
    matching = await session.matching(selection)
    snapshot, resource, orders = matching.snapshot, listing.resource, listing.orders(sort)
    table = resource.table
    ordered = Ordered(snapshot, table, orders, backward)
    if table is resource.link:
        rows = matching.records(table)
    elif resource.link is not None and (selection.values or selection.linked_only):
        linked = snapshot.vocabulary[table].find(matching.shared(resource.link))
        rows = np.flatnonzero(np.isin(snapshot.of(table).keys, linked))
    else:
        rows = np.arange(len(snapshot.of(table)))
    return _Found(session, listing, selection, ordered, rows)


async def read_page(
    request: Request, session: ReadSession, listing: Listing[Record], query: Asked, selection: Selection
) -> Page[Any]:
    """The page that the query asks for.

    Raises Invalid for a cursor of another list, or for a value outside an open vocabulary, Gone for a cursor of another
    epoch.
    """
    epoch = epoch_mark(request.state.answered_from[0])
    place = _place(request, query, listing, epoch)
    backward = place is not None and place.backward
    found = await _find(session, listing, selection, query.sort, backward=backward)
    remaining = found.rows if place is None else found.after(place.values)
    skipped = query.offset if place is None else 0
    rows = found.ordered.first(remaining, skipped + query.limit + 1)[skipped:]
    has_more = len(rows) > query.limit
    rows = rows[: query.limit]
    if backward:
        rows = rows[::-1]
    offset = place.offset if place is not None else query.offset
    if backward and not has_more:
        offset = 0  # records went away since the cursor was made: this is the first page now
    items = await found.read(rows) if len(rows) else []

    def link(number: int, begins: int, *, back: bool) -> str:
        edge = found.edge(int(rows[number]))
        place = Cursor(epoch, listing.resource.path, query.sort, max(begins, 0), back, edge)
        return page_url(request, cursor=place.encode())

    has_next = has_more or backward if items else False
    has_previous = (has_more if backward else offset > 0 or place is not None) if items else False
    return Page[listing.read](  # type: ignore[name-defined]
        items=items,
        total=len(found.rows),
        limit=query.limit,
        offset=offset,
        next=link(-1, offset + len(rows), back=False) if has_next else None,
        previous=link(0, offset - query.limit, back=True) if has_previous else None,
        release=query.release,
    )


def _place(request: Request, query: Asked, listing: Listing[Any], epoch: str) -> Cursor | None:
    """Where the query says that the page begins, if it does so by a cursor."""
    if query.cursor is None:
        return None
    if query.offset:
        raise invalid_parameter("offset", "contradiction", "a cursor has its own offset: send one of the two")
    kinds = [str if getattr(order, "kind", None) is Kind.TEXT else int for order, _ in listing.orders(query.sort)]
    cursor = Cursor.decode(query.cursor, listing.resource.path, query.sort, kinds)
    if cursor.epoch != epoch:
        raise Gone(
            "A backup was restored since the cursor was given, and the list is another one: begin with its first page.",
            begin_again=page_url(request),
        )
    return cursor


@paced
async def walk(
    session: ReadSession, listing: Listing[Record], query: Asked, selection: Selection, *, batch: int = 50
) -> AsyncIterator[list[Record]]:
    """All records that are selected, in the query's order, some at a time, so that memory does not grow."""
    found = await _find(session, listing, selection, query.sort)
    rows = found.ordered.first(found.rows, len(found.rows))
    for start in range(0, len(rows), batch):
        yield await found.read(rows[start : start + batch])


async def fetch_page(request: Request, session: ReadSession, listing: Listing[Record], query: Asked) -> Response:
    """Answers a list request with JSON: the records that the query selects.

    Raises Invalid for a value outside an open vocabulary and for a cursor of another list.
    """
    validator = await session.validator(request)
    if validator.is_known:
        return validator.not_modified(VARY)
    page = await read_page(request, session, listing, query, query.selection())
    return page_response(request, page, query.fields, validator)


class HasNeighbours(Protocol):
    """A page that says where the pages around it are."""

    next: str | None
    previous: str | None


def neighbours(request: Request, limit: int, offset: int, total: int) -> dict[str, str | None]:
    """Where the pages around the one at an offset are, as `next` and `previous`."""
    return {
        "next": page_url(request, offset=str(offset + limit)) if offset + limit < total else None,
        "previous": page_url(request, offset=str(max(offset - limit, 0))) if offset else None,
    }


def page_links(request: Request, page: HasNeighbours) -> dict[str, str]:
    """The header that leads to the pages around this one."""
    links = ((page_url(request), "first"), (page.previous, "prev"), (page.next, "next"))
    return {"Link": ", ".join(f'<{url}>; rel="{relation}"' for url, relation in links if url)}


def page_response(request: Request, page: Page[Any], fields: str | None, validator: Validator) -> Response:
    """A page as JSON with its `ETag` and its `Link` header, cut down to some fields."""
    include: Any = None
    if fields is not None:
        include = dict.fromkeys(Page.model_fields, True) | {"items": {"__all__": set(fields.split(","))}}
    exclude = {"release"} if page.release is None else None
    headers = {**VARY, **page_links(request, page)}
    return validator.answer(page, headers=headers, include=include, exclude=exclude)


def page_url(request: Request, **changes: str) -> str:
    """The request's own URL without its place in the list, and with the changes."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("cursor", "offset")]
    query = urlencode([*kept, *changes.items()])
    path = address(request.url.path)
    return f"{path}?{query}" if query else path
