"""Whether the service lives, and whether it can answer."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from app.core.caching import STATE
from app.core.database import DatabaseDep
from app.core.outages import DATABASE_ERRORS, outage
from app.core.problems import Unavailable, responses

router = APIRouter(tags=["Service"])


class Health(BaseModel):
    """The state of the service."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    status: str
    """The word for it: `ok` or `ready`."""


@router.get("/healthz")
async def get_health() -> Health:
    """The process lives; nothing else is asked."""
    return Health(status="ok")


@router.get("/readyz", responses=responses(Unavailable))
async def get_readiness(request: Request, database: DatabaseDep) -> Health:
    """The database answers and the index is built, so that requests can be sent here. This answers within two seconds,
    whatever the database does; the problem says what is wrong with it."""
    try:
        await database.probe(STATE)
    except DATABASE_ERRORS as error:
        raise outage(error) or Unavailable("The database does not hold a registry.") from error
    if not request.app.state.index.built.is_set():
        raise Unavailable("The index is being built.", headers={"Retry-After": "1"})
    return Health(status="ready")
