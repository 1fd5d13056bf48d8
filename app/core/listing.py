"""Lists: a page of records with its exact total, in a closed set of orders, paged by key.

A page links to its neighbours with a cursor that holds the last record's place in the order, so that page 10,000 costs
what page 1 costs. `offset` says where the page stands, and may be used to jump.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Generic, NamedTuple, Protocol, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function
from sqlalchemy import (
    BigInteger,
    BinaryExpression,
    BindParameter,
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    bindparam,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import operators

from app.core.addresses import address
from app.core.caching import Validator, state_validator
from app.core.cursors import MAX_OFFSET, Cursor, beyond, directed, order_of
from app.core.epochs import epoch_mark
from app.core.filters import Filter, ReleaseName, Resource, Root, Selection
from app.core.formats.negotiation import LISTS, VARY
from app.core.languages import LabelLanguage
from app.core.parameters import IN_DIGITS
from app.core.problems import Gone, invalid_parameter

API = "/api/v1"
MANY_VALUES = 50

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

    def __init__(self, code: str, what: str, allowed: Sequence[str], description: str) -> None:
        self.code = code
        self.what = what
        self.allowed = list(allowed)
        self.description = description
        self._known = frozenset(allowed)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Refuses other names, and lists these."""
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A string; its names are told in words."""
        return {"type": "string", "description": self.description, "examples": [self.allowed[0]]}

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
            "Only these fields, separated by commas; by default all of them.",
        )


class Paging(BaseModel):
    """The query parameters of every list, beside its filters, `sort` and `fields`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    limit: Annotated[int, Field(ge=1, le=500), IN_DIGITS] = 20
    """How many records a page has at most, 1 to 500."""
    offset: Annotated[int, Field(ge=0, le=MAX_OFFSET), IN_DIGITS] = 0
    """How many records to pass over. To walk through a long list, follow `next` instead: it costs less."""
    cursor: Annotated[str | None, Field(max_length=2000)] = None
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
    """Rows as records; loads what stands in other tables in statements whose number does not depend on the rows."""
    sorts: Mapping[str, Any]
    """Each order's expression, which is never null."""

    async def records(
        self,
        connection: AsyncConnection,
        as_of: date,
        *conditions: ColumnElement[bool],
        order: Sequence[Any] = (),
    ) -> list[Record]:
        """All records for which the conditions hold, by id or in the given order."""
        parameters = {}
        match conditions:
            case [BinaryExpression(left=column, operator=operators.eq, right=BindParameter(value=value))]:
                statement, parameters["value"] = _kept_select(self, as_of, column, tuple(order)), value
            case _:
                statement = _select_where(self, as_of, conditions, order)
        return await self.assemble(connection, (await connection.execute(statement, parameters)).mappings().all())


def _select_where(
    listing: Listing[Any], as_of: date, conditions: Sequence[ColumnElement[bool]], order: Sequence[Any]
) -> Select[*tuple[Any, ...]]:
    return listing.select(as_of).where(*conditions).order_by(*(order or (listing.resource.key,)))


# To build a statement takes several times as long as to run it, so those that are asked for again and again are kept;
# only their parameters differ from one request to the next.


@lru_cache(maxsize=64)
def _kept_select(
    listing: Listing[Any], as_of: date, column: ColumnElement[Any], order: tuple[Any, ...]
) -> Select[*tuple[Any, ...]]:
    """Selects the records whose column equals the parameter `value`."""
    return _select_where(listing, as_of, [column == bindparam("value", type_=column.type)], order)


class _Statements(NamedTuple):
    page: Select[*tuple[Any, ...]]
    """The rows of a page, each with its place in the order; takes `limit`, and either `offset` or the place."""
    total: Select[*tuple[Any, ...]]
    """How many rows all pages have."""


@dataclass(frozen=True)
class _Question:
    """What a list's statements follow from. Where its page begins and how long it is are their parameters."""

    root: Root
    listing: Listing[Any]
    filters: tuple[tuple[Filter, tuple[str, ...]], ...]
    linked_only: bool
    as_of: date
    sort: str
    backward: bool
    from_place: bool
    """Whether the page begins beyond a place in the order, instead of at an offset."""
    selection: Selection = field(compare=False)
    """The filters again, as what makes conditions of them."""

    def statements(self) -> _Statements:
        """The statements, which are kept unless there are so many values that they would fill the memory."""
        few = sum(len(values) for _, values in self.filters) <= MANY_VALUES
        return _kept_statements(self) if few else self.build()

    def build(self) -> _Statements:
        """Makes the statements."""
        resource = self.listing.resource
        wanted = self.selection.conditions(self.root, resource)
        order = [
            (expression.label(f"edge_{number}"), expression, descends != self.backward)
            for number, (expression, descends) in enumerate(order_of(self.sort, self.listing.sorts, resource.key))
        ]
        places = (
            select(resource.key.label("key"), *(label for label, _, _ in order))
            .where(*wanted)
            .order_by(*(directed(expression, descends) for _, expression, descends in order))
            .limit(bindparam("limit", type_=Integer))
        )
        if self.from_place:
            values = [bindparam(f"place_{number}", type_=label.type) for number, (label, _, _) in enumerate(order)]
            places = places.where(beyond([(expression, descends) for _, expression, descends in order], values))
        else:
            places = places.offset(bindparam("offset", type_=BigInteger))
        # First the places of the page, from what the filters and the order need; then its records, and no others.
        found = places.subquery("places")
        page = (
            self.listing.select(self.as_of)
            .join_from(resource.entity, found, found.c.key == resource.key)
            .add_columns(*(found.c[label.name] for label, _, _ in order))
            .order_by(*(directed(found.c[label.name], descends) for label, _, descends in order))
        )
        return _Statements(page, select(func.count()).select_from(resource.entity).where(*wanted))


@lru_cache(maxsize=256)
def _kept_statements(question: _Question) -> _Statements:
    return question.build()


def _place(request: Request, query: Asked, listing: Listing[Any], epoch: str) -> Cursor | None:
    """Where the query says that the page begins, if it does so by a cursor."""
    if query.cursor is None:
        return None
    if query.offset:
        raise invalid_parameter("offset", "contradiction", "a cursor has its own offset: send one of the two")
    kinds = [expression.type.python_type for expression, _ in order_of(query.sort, listing.sorts, listing.resource.key)]
    cursor = Cursor.decode(query.cursor, listing.resource.path, query.sort, kinds)
    if cursor.epoch != epoch:
        raise Gone(
            "A backup was restored since the cursor was given, and the list is another one: begin with its first page.",
            begin_again=page_url(request),
        )
    return cursor


def _statements(
    root: Root, listing: Listing[Any], query: Asked, selection: Selection, *, backward: bool, from_place: bool
) -> _Statements:
    return _Question(
        root,
        listing,
        tuple((selection.filters[name], values) for name, values in selection.values.items()),
        selection.linked_only,
        selection.as_of,
        query.sort,
        backward,
        from_place,
        selection,
    ).statements()


def _edge(row: RowMapping) -> tuple[Any, ...]:
    """A row's place in the order."""
    return tuple(row[name] for name in row if name.startswith("edge_"))


async def read_page(
    request: Request,
    connection: AsyncConnection,
    root: Root,
    listing: Listing[Record],
    query: Asked,
    selection: Selection,
) -> Page[Any]:
    """The page that the query asks for.

    Raises Invalid for a cursor of another list, Gone for one of another epoch.
    """
    epoch = epoch_mark(request.state.answered_from[0])
    place = _place(request, query, listing, epoch)
    backward = place is not None and place.backward
    statements = _statements(root, listing, query, selection, backward=backward, from_place=place is not None)
    begins = {"offset": query.offset} if place is None else place.parameters
    result = await connection.execute(statements.page, {"limit": query.limit + 1, **begins})
    rows = list(result.mappings().all())
    has_more = len(rows) > query.limit
    rows = rows[: query.limit]
    if backward:
        rows.reverse()
    offset = place.offset if place is not None else query.offset
    if backward and not has_more:
        offset = 0  # records went away since the cursor was made: this is the first page now
    if place is None and not has_more and (rows or not offset):
        total = offset + len(rows)
    else:
        total = int((await connection.execute(statements.total)).scalar_one())

    def link(row: RowMapping, begins: int, *, back: bool) -> str:
        place = Cursor(epoch, listing.resource.path, query.sort, max(begins, 0), back, _edge(row))
        return page_url(request, cursor=place.encode())

    has_next = has_more or backward if rows else False
    has_previous = (has_more if backward else offset > 0 or place is not None) if rows else False
    return Page[listing.read](  # type: ignore[name-defined]
        items=await listing.assemble(connection, rows),
        total=total,
        limit=query.limit,
        offset=offset,
        next=link(rows[-1], offset + len(rows), back=False) if has_next else None,
        previous=link(rows[0], offset - query.limit, back=True) if has_previous else None,
        release=query.release,
    )


async def walk(
    connection: AsyncConnection,
    root: Root,
    listing: Listing[Record],
    query: Asked,
    selection: Selection,
    *,
    batch: int = 200,
) -> AsyncIterator[list[Record]]:
    """All records that are selected, in the query's order, some at a time: each part begins where the last one ended,
    so that neither memory nor the cost of a part grows."""
    first = _statements(root, listing, query, selection, backward=False, from_place=False)
    rows = (await connection.execute(first.page, {"limit": batch, "offset": 0})).mappings().all()
    following = _statements(root, listing, query, selection, backward=False, from_place=True)
    while rows:
        yield await listing.assemble(connection, rows)
        if len(rows) < batch:
            return
        place = {f"place_{number}": value for number, value in enumerate(_edge(rows[-1]))}
        rows = (await connection.execute(following.page, {"limit": batch, **place})).mappings().all()


async def fetch_page(
    request: Request, connection: AsyncConnection, root: Root, listing: Listing[Record], query: Asked
) -> Response:
    """Answers a list request with JSON: the records that the query selects.

    Raises Invalid for a value outside an open vocabulary and for a cursor of another list, Gone for a cursor of another
    epoch.
    """
    validator = await state_validator(request, connection)
    if validator.is_known:
        return validator.not_modified(VARY)
    selection = query.selection()
    await selection.check(connection)
    page = await read_page(request, connection, root, listing, query, selection)
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
