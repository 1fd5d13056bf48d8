"""The routes of what belongs to an action, under its address."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select

from app.actions.models import Action
from app.actions.queries import is_named
from app.actions.routes import Named
from app.activities.exporting import ACTIVITY_TABLE
from app.activities.routes import ActivityQuery
from app.activities.schemas import ActivityRead
from app.core.editing import READ_ERRORS
from app.core.formats.lists import list_records, list_responses
from app.core.formats.records import Table
from app.core.languages import LABELLED
from app.core.list_parameters import Page
from app.core.problems import NotFound
from app.core.sessions import FileSessionDep
from app.deployments.exporting import DEPLOYMENT_TABLE
from app.deployments.routes import DeploymentQuery
from app.deployments.schemas import DeploymentRead
from app.outputs.exporting import OUTPUT_TABLE
from app.outputs.routes import OutputQuery
from app.outputs.schemas import OutputRead

router = APIRouter(prefix="/actions", dependencies=LABELLED)


async def _list(request: Request, session: FileSessionDep, action: str, table: Table[Any], query: Any) -> Response:
    """A list of what belongs to an action. Raises NotFound."""
    key = await (await session.connect()).scalar(select(Action.id).where(is_named(action)))
    if key is None:
        raise NotFound(f"There is no action '{action}'.")
    query.action = [str(key)]
    return await list_records(request, session, table, query)


@router.get(
    "/{action:record}/activities",
    response_model=Page[ActivityRead],
    responses={**list_responses(ACTIVITY_TABLE), **READ_ERRORS},
    tags=["Activities"],
)
async def list_activities_of_action(
    request: Request, session: FileSessionDep, action: Named, query: Annotated[ActivityQuery, Query()]
) -> Response:
    """The activities of an action, named by its id or slug, in their order; as the list of all activities answers with
    `action`."""
    return await _list(request, session, action, ACTIVITY_TABLE, query)


@router.get(
    "/{action:record}/deployments",
    response_model=Page[DeploymentRead],
    responses={**list_responses(DEPLOYMENT_TABLE), **READ_ERRORS},
    tags=["Deployments"],
)
async def list_deployments_of_action(
    request: Request, session: FileSessionDep, action: Named, query: Annotated[DeploymentQuery, Query()]
) -> Response:
    """The deployments of an action, named by its id or slug; as the list of all deployments answers with `action`."""
    return await _list(request, session, action, DEPLOYMENT_TABLE, query)


@router.get(
    "/{action:record}/outputs",
    response_model=Page[OutputRead],
    responses={**list_responses(OUTPUT_TABLE), **READ_ERRORS},
    tags=["Outputs"],
)
async def list_outputs_of_action(
    request: Request, session: FileSessionDep, action: Named, query: Annotated[OutputQuery, Query()]
) -> Response:
    """The outputs of an action, named by its id or slug; as the list of all outputs answers with `action`."""
    return await _list(request, session, action, OUTPUT_TABLE, query)
