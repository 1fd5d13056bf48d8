"""What the API has, at its base path."""

from functools import cache

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict

from app.core.addresses import address
from app.core.caching import SOFTWARE, fixed_answer
from app.core.listing import API


class ApiResource(BaseModel):
    """Something that can be read."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    href: str
    """Its address."""
    summary: str
    """What is there."""


class ApiIndex(BaseModel):
    """What the API has."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    title: str
    """What the service is called."""
    version: str
    """The version of the service."""
    documentation: str
    """The address of the documentation."""
    openapi: str
    """The address of the description for programs."""
    resources: list[ApiResource]
    """What can be read, except for single records."""


def add_index(api: APIRouter) -> None:
    """Adds the index to the router of the API."""

    @cache
    def summaries(app: FastAPI) -> dict[str, str]:
        return {
            path: operations["get"]["summary"]
            for path, operations in app.openapi()["paths"].items()
            if "get" in operations and "{" not in path and path.startswith(f"{API}/")
        }

    @api.get("", response_model=ApiIndex, tags=["Service"])
    async def get_index(request: Request) -> Response:
        """What there is: the address of each list, figure and file, and of the documentation."""
        resources = [
            ApiResource(href=address(path), summary=summary) for path, summary in summaries(request.app).items()
        ]
        index = ApiIndex(
            title=request.app.title,
            version=SOFTWARE,
            documentation=address("/docs"),
            openapi=address(request.app.openapi_url),
            resources=resources,
        )
        return fixed_answer(request, index)
