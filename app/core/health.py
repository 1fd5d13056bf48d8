"""Whether the service lives, and whether it can answer."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from app.core.problems import Unavailable, responses
from app.core.sessions import LiveConnection

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
async def get_readiness(connection: LiveConnection) -> Health:
    """The database answers, so that requests can be sent here."""
    await connection.execute(select(1))
    return Health(status="ready")
