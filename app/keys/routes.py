"""The routes of keys, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import select

from app.core.addresses import address
from app.core.database import DatabaseDep, now
from app.core.editing import CREATE_ERRORS, DELETE_ERRORS, EditSession
from app.core.field_types import RecordId
from app.core.idempotency import IdempotencyKey, forget
from app.core.problems import Conflict, ErrorItem, Forbidden, NotFound, Unauthorized, responses
from app.core.security import AdminKey, Key, create_key
from app.core.write_routes import WriteRoute
from app.keys.schemas import KeyCreate, KeyCreated, KeyList, KeyRead

router = APIRouter(prefix="/keys", route_class=WriteRoute, tags=["Keys"])

_PRIVATE = {"Cache-Control": "no-store"}


def _read(key: Key) -> dict[str, object]:
    return {name: getattr(key, name) for name in KeyRead.model_fields}


@router.get("", responses=responses(Unauthorized, Forbidden))
async def list_keys(response: Response, database: DatabaseDep, _admin: AdminKey) -> KeyList:
    """All keys, the newest first: their names, roles and dates, never their tokens."""
    response.headers.update(_PRIVATE)
    async with database.look_up() as session:
        keys = list(await session.scalars(select(Key).order_by(Key.id.desc())))
    return KeyList(items=[KeyRead.model_validate(_read(key)) for key in keys], total=len(keys))


@router.post("", status_code=201, response_model=KeyCreated, responses=CREATE_ERRORS)
async def create_a_key(
    request: Request,
    session: EditSession,
    _admin: AdminKey,
    body: KeyCreate,
    _idempotency_key: IdempotencyKey = None,
) -> Response:
    """Makes a key. Its token is in this answer and nowhere else: only a hash of it is stored, so that the same request
    sent again is a 409. If its answer was lost, revoke the key and make another one."""
    if await session.scalar(select(Key.id).where(Key.name == body.name)) is not None:
        taken = ErrorItem(pointer="/name", code="taken", message=f"there is a key named '{body.name}' already")
        raise Conflict(f"There is a key named '{body.name}' already.", errors=[taken])
    token = await create_key(session, body.name, body.role, days=body.days)
    key = await session.scalar(select(Key).where(Key.name == body.name))
    assert key is not None
    created = KeyCreated.model_validate(_read(key) | {"token": token})
    headers = {"Location": address(f"{request.url.path.rstrip('/')}/{key.id}"), **_PRIVATE}
    await forget(session)
    return Response(created.model_dump_json(), 201, headers=headers, media_type="application/json")


@router.delete("/{id}", status_code=204, responses=DELETE_ERRORS)
async def revoke_key(
    session: EditSession,
    _admin: AdminKey,
    id: Annotated[RecordId, Path(description="The id of the key.", examples=[1])],
) -> None:
    """Ends a key at once. Its name stays in the list, and in the history of what it changed."""
    key = await session.get(Key, id)
    if key is None:
        raise NotFound(f"There is no key {id}.")
    key.revoked_at = key.revoked_at or now()
