"""The routes of a plain resource, of which only its models and texts are its own: list, read, add, replace, patch and
delete."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import inspect

from app.core.conditions import IfMatch
from app.core.editing import (
    CHANGE_ERRORS,
    CREATE_ERRORS,
    DELETE_ERRORS,
    READ_ERRORS,
    Editing,
    EditSession,
    create_record,
    delete_record,
    patch_record,
    read_record,
    replace_record,
)
from app.core.formats.lists import list_records, list_responses
from app.core.formats.records import Table
from app.core.idempotency import IdempotencyKey
from app.core.languages import LABELLED
from app.core.list_parameters import Page
from app.core.sessions import FileSessionDep, ReadSessionDep
from app.core.write_models import WriteModel
from app.core.write_routes import WriteRoute


@dataclass(frozen=True)
class Texts:
    """What the operations say of themselves, in Markdown."""

    list: str
    get: str
    create: str
    replace: str
    update: str
    delete: str


def crud_router(
    editing: Editing[Any, Any],
    table: Table[Any],
    *,
    query: type[Any],
    patch: type[WriteModel],
    key: Any,
    texts: Texts,
) -> APIRouter:
    """The router of a resource at `/<name of its table>`. `query` is what its list can be asked, `key` the annotated
    type of what names a record in an address, under the name of the table's own key."""
    noun, read = editing.noun, editing.listing.read
    router = APIRouter(
        prefix=f"/{table.name}", route_class=WriteRoute, tags=[table.name.capitalize()], dependencies=LABELLED
    )
    (column,) = inspect(editing.model).primary_key
    path = f"/{{{column.name}}}"
    shown: Any = Page[read]  # type: ignore[valid-type]

    async def list_(request: Request, session: FileSessionDep, query: Any) -> Response:
        return await list_records(request, session, table, query)

    async def get(request: Request, key: Any, session: ReadSessionDep) -> Response:
        return await read_record(request, session, editing, key)

    async def create(
        request: Request, session: EditSession, body: Any, _idempotency_key: IdempotencyKey = None
    ) -> Response:
        return await create_record(request, session, editing, body)

    async def replace(
        request: Request, key: Any, session: EditSession, body: Any, if_match: IfMatch = None
    ) -> Response:
        return await replace_record(request, session, editing, key, body, if_match)

    async def update(request: Request, key: Any, session: EditSession, body: Any, if_match: IfMatch = None) -> Response:
        return await patch_record(request, session, editing, key, body, if_match)

    async def delete(key: Any, session: EditSession, if_match: IfMatch = None) -> None:
        await delete_record(session, editing, key, if_match)

    def add(method: str, path: str, name: str, handler: Callable[..., Any], text: str, **more: Any) -> None:
        handler.__name__ = name
        router.add_api_route(path, handler, methods=[method], name=name, description=text, **more)

    for handler in (get, replace, update, delete):
        handler.__annotations__["key"] = key
    list_.__annotations__["query"] = Annotated[query, Query()]
    create.__annotations__["body"] = replace.__annotations__["body"] = editing.create
    update.__annotations__["body"] = patch
    one = {"response_model": read}
    add("GET", "", f"list_{table.name}", list_, texts.list, response_model=shown, responses=list_responses(table))
    add("GET", path, f"get_{noun}", get, texts.get, **one, responses=READ_ERRORS)
    add("POST", "", f"create_{noun}", create, texts.create, **one, status_code=201, responses=CREATE_ERRORS)
    add("PUT", path, f"replace_{noun}", replace, texts.replace, **one, responses=CHANGE_ERRORS)
    add("PATCH", path, f"update_{noun}", update, texts.update, **one, responses=CHANGE_ERRORS)
    add("DELETE", path, f"delete_{noun}", delete, texts.delete, status_code=204, responses=DELETE_ERRORS)
    return router
