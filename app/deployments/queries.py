"""How deployments are read."""

from datetime import date
from typing import Any

from sqlalchemy import Select, select

from app.core.listing import Listing
from app.core.statements import Row, Rows
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


_FLAGS = {None: None, "false": False, "true": True}


def _deployments(_rows: Rows, found: list[Row]) -> list[Row]:
    return [
        {
            **row,
            "sending_country": country_ref(row["sending_country"]),
            "is_eu_member_state": _FLAGS[row["is_eu_member_state"]],
        }
        for row in found
    ]


DEPLOYMENTS_LISTING = Listing(
    DEPLOYMENT_LIST,
    DeploymentRead,
    _select_deployments,
    _deployments,
    DEPLOYMENT_SORTS,
    DEPLOYMENT_SORTS["id"],
)
