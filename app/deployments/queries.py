"""How deployments are read."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.listing import Listing
from app.deployments.models import Deployment
from app.deployments.schemas import DeploymentRead
from app.reference.countries import country_ref
from app.selection.graph import DEPLOYMENT_LIST, DEPLOYMENT_SORTS, DEPLOYMENTS, IS_EU_MEMBER


def _select_deployments(_as_of: date) -> Select[*tuple[Any, ...]]:
    return select(
        Deployment.id,
        Deployment.action,
        Deployment.activity,
        Deployment.sending_country,
        Deployment.origin,
        Deployment.organisation_type,
        Deployment.organisation,
        Deployment.experts_count,
        IS_EU_MEMBER.label("is_eu_member_state"),
        Deployment.source_quote,
    ).select_from(DEPLOYMENTS.source)


async def _deployments(_connection: AsyncConnection, rows: Sequence[RowMapping]) -> list[DeploymentRead]:
    return [
        DeploymentRead.model_validate({**row, "sending_country": country_ref(row["sending_country"])}) for row in rows
    ]


DEPLOYMENTS_LISTING = Listing(
    DEPLOYMENT_LIST,
    DeploymentRead,
    _select_deployments,
    _deployments,
    DEPLOYMENT_SORTS,
    DEPLOYMENT_SORTS["id"],
)
