"""How deployments are read."""

from datetime import date
from typing import Any

from sqlalchemy import Select, select

from app.core.listing import Listing, columns_shown
from app.core.statements import Row, Rows
from app.deployments.models import Deployment
from app.deployments.schemas import DeploymentRead
from app.reference.countries import country_ref
from app.selection.graph import DEPLOYMENT_LIST, DEPLOYMENT_SORTS, DEPLOYMENTS, IS_EU_MEMBER


def _select_deployments(_as_of: date) -> Select[*tuple[Any, ...]]:
    columns = columns_shown(Deployment, DeploymentRead, is_eu_member_state=IS_EU_MEMBER)
    return select(*columns).select_from(DEPLOYMENTS.source)


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
