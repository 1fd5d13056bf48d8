"""Problem documents (RFC 9457) as exceptions."""

from typing import Any

import httpx


class Problem(Exception):
    """What the service refused, and why.

    `errors` has what is wrong, each with its `parameter` or JSON `pointer`, a `code` and a `message`; `request_id`
    names the request in the service's log.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.type = str(document.get("type", "about:blank"))
        self.title = str(document.get("title", ""))
        self.status = int(document.get("status", 0))
        self.detail: str | None = document.get("detail")
        self.request_id: str | None = document.get("request_id")
        self.errors: list[dict[str, Any]] = document.get("errors", [])
        places = "; ".join(
            f"{error.get('parameter') or error.get('pointer') or ''}: {error.get('message')}"
            for error in self.errors[1:]
        )
        super().__init__(f"{self.status} {self.detail or self.title}" + (f" ({places})" if places else ""))


class Invalid(Problem):
    """400 or 422: the request is wrong; `errors` says where. Nothing was changed."""


class Forbidden(Problem):
    """401 or 403: no key, or one with too weak a role."""


class NotFound(Problem):
    """404 or 410: there is no such record, or no longer."""


class Conflict(Problem):
    """409: it contradicts what is recorded."""


class StaleRecord(Problem):
    """412: someone else changed the record since it was read. Read it again, and apply the change to that."""


class Unavailable(Problem):
    """429 or 503, still after the retries: the service is busy."""


_CLASSES: dict[int, type[Problem]] = {
    400: Invalid,
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: NotFound,
    412: StaleRecord,
    422: Invalid,
    429: Unavailable,
    503: Unavailable,
}


def raise_for_problem(response: httpx.Response) -> None:
    """Raises the problem that a response is, if it is one."""
    if response.is_success or response.status_code == 304:
        return
    if response.headers.get("Content-Type", "").startswith("application/problem+json"):
        document = response.json()
    else:  # of something between the client and the service
        document = {"title": response.reason_phrase, "status": response.status_code}
    raise _CLASSES.get(response.status_code, Problem)(document)
