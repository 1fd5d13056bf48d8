"""Where the pages around a page of a list are."""

from typing import Protocol
from urllib.parse import urlencode

from fastapi import Request

from app.core.addresses import address


class HasNeighbours(Protocol):
    """A page that says where the pages around it are."""

    @property
    def next(self) -> str | None:
        """Where the next page is."""
        ...

    @property
    def previous(self) -> str | None:
        """Where the previous page is."""
        ...


def neighbours(request: Request, limit: int, offset: int, total: int) -> dict[str, str | None]:
    """Where the pages around the one at an offset are, as `next` and `previous`."""
    return {
        "next": page_url(request, offset=str(offset + limit)) if offset + limit < total else None,
        "previous": page_url(request, offset=str(max(offset - limit, 0))) if offset else None,
    }


def page_links(request: Request, page: HasNeighbours) -> dict[str, str]:
    """The header that leads to the pages around this one."""
    links = ((page_url(request), "first"), (page.previous, "prev"), (page.next, "next"))
    return {"Link": ", ".join(f'<{url}>; rel="{relation}"' for url, relation in links if url)}


def page_url(request: Request, **changes: str) -> str:
    """The request's own URL without its place in the list, and with the changes."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("cursor", "offset")]
    query = urlencode([*kept, *changes.items()])
    path = address(request.scope["path"])
    return f"{path}?{query}" if query else path
