"""Which requests cost far more than others."""

from starlette.requests import Request
from starlette.types import Scope

from app.core.formats.negotiation import PNG
from app.core.listing import API


def is_costly(scope: Scope) -> bool:
    """Whether a request takes a hundred times as long as most do: exports of everything, imports, batches, and pictures
    in pixels."""
    path: str = scope["path"]
    if scope["method"] != "GET":
        return path.startswith(f"{API}/imports") or path.endswith("/batch")
    if path.startswith(f"{API}/exports/"):
        return True
    request = Request(scope)
    form = request.query_params.get("format")
    return form == PNG.name or (form is None and PNG.media_type in request.headers.get("accept", ""))
