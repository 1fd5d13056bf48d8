"""Adds the documentation pages to an application."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse

from app.docs.assets import ASK_EACH_TIME, STATIC_DIR, DocsFiles, vendor_folders
from app.docs.pages import PAGES, DocsPage, render


def mount_docs(app: FastAPI) -> None:
    """Add `/docs`, `/redoc` and `/docs/static/...` to `app`, outside its schema.

    `app` must have an `openapi_url`, and must be made with `docs_url=None` and
    `redoc_url=None`: FastAPI's own pages load their scripts from outside hosts, and
    as the first routes they would win over these.
    """
    openapi_path = app.openapi_url
    if openapi_path is None:
        raise ValueError("the documentation pages need an application with an openapi_url")
    if {app.docs_url, app.redoc_url} & {page.path for page in PAGES}:
        raise ValueError("make the application with docs_url=None and redoc_url=None")
    folders = vendor_folders()
    for page in PAGES:
        endpoint = _endpoint(page, openapi_path, folders[page.package])
        app.add_route(page.path, endpoint, include_in_schema=False)
    app.mount("/docs/static", DocsFiles(), name="docs-static")
    app.add_route("/favicon.ico", _favicon, include_in_schema=False)


async def _favicon(_request: Request) -> FileResponse:
    """For browsers that ask for it on pages that name none, such as an answer in JSON."""
    return FileResponse(
        STATIC_DIR / "favicon.svg", media_type="image/svg+xml", headers={"Cache-Control": ASK_EACH_TIME}
    )


def _endpoint(page: DocsPage, openapi_path: str, vendor_folder: str) -> Callable[[Request], Awaitable[HTMLResponse]]:
    """Make the handler of one page."""
    headers = {
        "content-security-policy": page.content_security_policy,
        # The page names the versioned files, so it must not outlive an update.
        "cache-control": ASK_EACH_TIME,
    }

    async def show(_request: Request) -> HTMLResponse:
        html = render(page, openapi_path=openapi_path, vendor_folder=vendor_folder)
        return HTMLResponse(html, headers=headers)

    return show
