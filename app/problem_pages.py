"""What the `type` of a problem document leads to."""

from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Path

from app.core.editing import READ_ERRORS
from app.core.json_schema import Keywords
from app.core.problems import NotFound, problem_types
from app.core.read_models import ReadModel

router = APIRouter(prefix="/problems", tags=["Problems"])


class ProblemType(ReadModel):
    """A kind of problem."""

    slug: str
    """Its name, as in the `type` of a problem document."""
    status: int
    """The HTTP status that comes with it."""
    title: str
    """It in words."""
    description: str
    """What it means, and what to do."""


@lru_cache(maxsize=1)
def _types() -> dict[str, ProblemType]:
    """All kinds, those included that a part of the application declares that was imported after this one."""
    return {
        kind.slug: ProblemType(
            slug=kind.slug,
            status=kind.status,
            title=kind.title,
            description=" ".join((kind.__doc__ or "").split()),
        )
        for kind in problem_types()
    }


@router.get("")
async def list_problem_types() -> list[ProblemType]:
    """The kinds of problems that this API answers with."""
    return list(_types().values())


@router.get("/{slug}", responses=READ_ERRORS)
async def get_problem_type(
    slug: Annotated[
        str,
        Path(max_length=100, description="The name of the kind of problem.", examples=["not-found"]),
        Keywords(pattern="^[a-z]+(-[a-z]+)*$"),
    ],
) -> ProblemType:
    """A kind of problem: what it means, and what to do."""
    if slug not in _types():
        raise NotFound(f"There is no kind of problem '{slug}'.")
    return _types()[slug]
