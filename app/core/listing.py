"""Lists: a page of records with its exact total, in a closed set of orders, paged by key.

A page links to its neighbours with a cursor that holds the last record's place in the order, so that page 10,000 costs
what page 1 costs. `offset` says where the page stands, and may be used to jump.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Generic, TypeVar

import numpy as np
from fastapi import Request, Response
from numpy.typing import NDArray
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import Select, bindparam, inspect
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.caching import Validator
from app.core.cursors import Cursor
from app.core.epochs import epoch_mark
from app.core.filters import Resource, Selection
from app.core.formats.negotiation import VARY
from app.core.index.matching import Matching
from app.core.index.ordering import Directed, Ordered
from app.core.index.schema import Kind, Order
from app.core.languages import language
from app.core.list_parameters import ListParameters
from app.core.page_links import page_links, page_url
from app.core.problems import Gone, invalid_parameter
from app.core.reading import Moment, ReadSession
from app.core.statements import KEYS, Row, Rows, Statement, read_over
from app.core.threads import paced

API = "/api/v1"

Record = TypeVar("Record", bound=BaseModel)


def as_found(_rows: Rows, found: list[Row]) -> list[Row]:
    """Rows that are shown as they are."""
    return found


def columns_shown(model: Any, read: type[BaseModel], **derived: Any) -> list[Any]:
    """What is selected of a table for what its records show: the columns of the same names, and what is derived, in the
    order of the record."""
    columns = inspect(model).columns
    return [
        derived[name].label(name) if name in derived else getattr(model, name)
        for name in read.model_fields
        if name in derived or name in columns
    ]


@dataclass(frozen=True, eq=False)
class Listing(Generic[Record]):
    """How one resource is listed: what is selected, which orders there are, and how rows become records."""

    resource: Resource
    read: type[Record]
    select: Callable[[date], Select[*tuple[Any, ...]]]
    """The columns of a record, on the day `as_of`; its key among them."""
    assemble: Callable[[Rows, list[Row]], list[Row]]
    """Rows as records, with their fields in order, as JSON shows them; reads what is in other tables in statements
    whose number does not depend on the rows."""
    sorts: Mapping[str, Order]
    """Each order by its name."""
    key: Order
    """The order by the record's own key."""

    def show(self, rows: Rows, as_of: date, keys: Sequence[Any]) -> list[Row]:
        """The records with these keys that there are, in the order of the keys, as JSON shows them."""
        name = self.resource.key.key
        found = {row[name]: row for row in rows(_records(self, as_of), keys=keys)}
        return self.assemble(rows, [found[key] for key in keys if key in found])

    async def records(self, connection: AsyncConnection, as_of: date, keys: Sequence[Any]) -> list[Record]:
        """The records with these keys that there are, in the order of the keys."""
        return self.models(await read_over(connection, lambda rows: self.show(rows, as_of, keys)))

    def models(self, shown: Iterable[Row]) -> list[Record]:
        """The records as models, from what JSON shows of them."""
        return [self.read.model_validate(record) for record in shown]

    def orders(self, sort: str) -> list[Directed]:
        """What the records are sorted by. The key comes last, in the direction of the first one."""
        named = [(self.sorts[part.removeprefix("-")], part.startswith("-")) for part in sort.split(",")]
        return named if any(order is self.key for order, _ in named) else [*named, (self.key, named[0][1])]


@lru_cache(maxsize=256)
def _records(listing: Listing[Any], as_of: date) -> Statement:
    """The records with the keys `keys`."""
    key = listing.resource.key
    return Statement(listing.select(as_of).where(key.in_(bindparam(KEYS, expanding=True, type_=key.type))))


@dataclass(frozen=True)
class _Listed:
    """A list in an order."""

    listing: Listing[Any]
    ordered: Ordered

    def matching(self, matching: Matching, selection: Selection) -> NDArray[np.intp]:
        """The rows that match, in the index."""
        snapshot, table, link = self.ordered.snapshot, self.ordered.table, self.listing.resource.link
        if table is link:
            return matching.records(table)
        if link is not None and (selection.values or selection.linked_only):
            linked = snapshot.vocabulary[table].find(matching.shared(link))
            return np.flatnonzero(np.isin(snapshot.of(table).keys, linked))
        return np.arange(len(snapshot.of(table)))

    def keys(self, rows: NDArray[np.intp]) -> list[Any]:
        """The keys of rows, as the database has them."""
        keys = self.ordered.snapshot.of(self.ordered.table).keys[rows].tolist()
        if not self.ordered.table.shares_records:
            return list(keys)
        texts = self.ordered.snapshot.vocabulary[self.ordered.table].texts
        return [self.listing.resource.key.type.python_type(texts[key]) for key in keys]

    def edge(self, row: int) -> tuple[Any, ...]:
        """What a row has in each order."""
        return tuple(self.ordered.value(order, row) for order, _ in self.ordered.orders)

    def after(self, rows: NDArray[np.intp], values: Sequence[Any]) -> NDArray[np.intp]:
        """Those of the rows that come after the place with these values."""
        place = [self.ordered.rank(order, value) for (order, _), value in zip(self.ordered.orders, values, strict=True)]
        return self.ordered.beyond(rows, self.ordered.placed(place))


@dataclass(frozen=True)
class _Chosen:
    """The rows of a page with the one after them, and how many rows match in all."""

    rows: NDArray[np.intp]
    total: int

    @property
    def nbytes(self) -> int:
        """How many bytes it takes."""
        return self.rows.nbytes


@dataclass(frozen=True)
class Part:
    """A page as JSON shows it: the fields of `Page`."""

    items: list[Row]
    total: int
    limit: int
    offset: int
    next: str | None
    previous: str | None
    release: str | None


def read_part(
    request: Request, moment: Moment, listing: Listing[Any], query: ListParameters, selection: Selection
) -> Part:
    """The page that the query asks for.

    Raises Invalid for a cursor of another list, or for a value outside an open vocabulary, Gone for a cursor of another
    epoch.
    """
    epoch = epoch_mark(moment.snapshot.state.epoch)
    place = _place(request, query, listing, epoch)
    backward = place is not None and place.backward
    snapshot, skipped = moment.snapshot, query.offset if place is None else 0
    listed = _Listed(listing, Ordered(snapshot, listing.resource.table, listing.orders(query.sort), backward))

    def choose() -> _Chosen:
        matching = listed.matching(moment.matching(selection), selection)
        remaining = matching if place is None else listed.after(matching, place.values)
        return _Chosen(listed.ordered.first(remaining, skipped + query.limit + 1)[skipped:], len(matching))

    asked = (listing, query.sort, language(), place, skipped, query.limit, selection.key)
    chosen = snapshot.found.of(asked, choose)
    has_more = len(chosen.rows) > query.limit
    rows = chosen.rows[: query.limit]
    if backward:
        rows = rows[::-1]
    offset = place.offset if place is not None else query.offset
    if backward and not has_more:
        offset = 0  # records went away since the cursor was made: this is the first page now
    items = listing.show(moment.rows, selection.as_of, listed.keys(rows)) if len(rows) else []

    def link(number: int, begins: int, *, back: bool) -> str:
        edge = listed.edge(int(rows[number]))
        place = Cursor(epoch, listing.resource.path, query.sort, max(begins, 0), back, edge)
        return page_url(request, cursor=place.encode())

    has_next = has_more or backward if items else False
    has_previous = (has_more if backward else offset > 0 or place is not None) if items else False
    return Part(
        items=items,
        total=chosen.total,
        limit=query.limit,
        offset=offset,
        next=link(-1, offset + len(rows), back=False) if has_next else None,
        previous=link(0, offset - query.limit, back=True) if has_previous else None,
        release=query.release,
    )


def _place(request: Request, query: ListParameters, listing: Listing[Any], epoch: str) -> Cursor | None:
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
    session: ReadSession, listing: Listing[Record], query: ListParameters, selection: Selection, *, batch: int = 50
) -> AsyncIterator[list[Record]]:
    """All records that are selected, in the query's order, some at a time, so that memory does not grow."""
    matching = await session.matching(selection)
    table = listing.resource.table
    listed = _Listed(listing, Ordered(matching.snapshot, table, listing.orders(query.sort)))
    found = listed.matching(matching, selection)
    rows = listed.ordered.first(found, len(found))
    for start in range(0, len(rows), batch):
        keys = listed.keys(rows[start : start + batch])
        yield await listing.records(session.connection, selection.as_of, keys)


async def fetch_page(
    request: Request, session: ReadSession, listing: Listing[Record], query: ListParameters
) -> Response:
    """Answers a list request with JSON: the records that the query selects.

    Raises Invalid for a value outside an open vocabulary and for a cursor of another list.
    """
    selection = query.selection()

    def answer(moment: Moment) -> Response:
        validator = moment.validator(request)
        if validator.is_known:
            return validator.not_modified(VARY)
        return page_response(request, read_part(request, moment, listing, query, selection), query.fields, validator)

    return await session.read_at(selection, answer)


def page_response(request: Request, part: Part, fields: str | None, validator: Validator) -> Response:
    """A page as JSON with its `ETag` and its `Link` header, cut down to some fields."""
    shown = dict(vars(part))
    if fields is not None:
        named = set(fields.split(","))
        shown["items"] = [{name: item[name] for name in item if name in named} for item in part.items]
    if part.release is None:
        del shown["release"]
    return validator.respond(to_json(shown), headers={**VARY, **page_links(request, part)})
