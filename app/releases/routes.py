"""The routes of releases."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import select

from app.core.addresses import address
from app.core.caching import validator
from app.core.database import DatabaseDep
from app.core.editing import CREATE_ERRORS, LIST_ERRORS, READ_ERRORS, EditSession
from app.core.filters import RELEASE_NAME
from app.core.idempotency import IdempotencyKey, settle
from app.core.json_schema import Keywords
from app.core.problems import NotFound
from app.core.security import AdminKey
from app.core.sessions import LiveConnection
from app.core.write_routes import WriteRoute
from app.releases.models import Release
from app.releases.schemas import ReleaseCreate, ReleaseList, ReleaseRead
from app.releases.store import make_release

router = APIRouter(prefix="/releases", route_class=WriteRoute, tags=["Releases"])

_COLUMNS = [getattr(Release, name) for name in ReleaseRead.model_fields]
Name = Annotated[
    str,
    Path(max_length=50, description="The name of the release.", examples=["2026-01"]),
    Keywords(pattern=RELEASE_NAME),
]


@router.get("", response_model=ReleaseList, responses=LIST_ERRORS)
async def list_releases(request: Request, connection: LiveConnection) -> Response:
    """All releases, the newest first. Any list, detail or figure answers from one with `release=` and its name."""
    rows = (await connection.execute(select(*_COLUMNS).order_by(Release.id.desc()))).mappings().all()
    known = validator(request, *(tuple(row.values()) for row in rows))
    if known.is_known:
        return known.not_modified()
    found = ReleaseList(items=[ReleaseRead.model_validate(dict(row)) for row in rows], total=len(rows))
    return known.answer(found)


@router.get("/{name}", response_model=ReleaseRead, responses=READ_ERRORS)
async def get_release(request: Request, connection: LiveConnection, name: Name) -> Response:
    """A release: when it was made, what it holds, and its checksum."""
    wanted = select(*_COLUMNS).where(Release.name == name)
    row = (await connection.execute(wanted)).mappings().first() if name.isprintable() else None
    if row is None:
        raise NotFound(f"There is no release '{name}'.")
    known = validator(request, tuple(row.values()))
    if known.is_known:
        return known.not_modified()
    found = ReleaseRead.model_validate(dict(row))
    return known.answer(found)


@router.post("", status_code=201, response_model=ReleaseRead, responses=CREATE_ERRORS)
async def create_release(
    request: Request,
    session: EditSession,
    database: DatabaseDep,
    _admin: AdminKey,
    body: ReleaseCreate,
    _idempotency_key: IdempotencyKey = None,
) -> Response:
    """Freezes the record as it stands, under a name, for good. Needs an admin's key. A figure that was published from a
    release can be asked again, years later, and is the same."""
    async with database.read_primary() as source:
        release = await make_release(session, source, body)
    read = ReleaseRead.model_validate({name: getattr(release, name) for name in ReleaseRead.model_fields})
    headers = {"Location": address(f"{request.url.path.rstrip('/')}/{read.name}")}
    return await settle(session, Response(read.model_dump_json(), 201, headers=headers, media_type="application/json"))
