"""Requests and what becomes of them, for both clients: each call is a generator that yields requests and is sent the
responses, so that nothing here knows whether somebody waits."""

import random
import uuid
from collections import OrderedDict
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from mieux_client.problems import raise_for_problem

API = "/api/v1"
Result = TypeVar("Result")


@dataclass
class Request:
    """What is to be sent."""

    method: str
    url: str
    params: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    json: Any = None
    files: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None

    @property
    def may_be_repeated(self) -> bool:
        """Whether it does nothing more when it is sent again after its response was lost."""
        return self.method == "GET" or "Idempotency-Key" in self.headers


Call = Generator[Request, httpx.Response, Result]


def parameters(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Keywords as the API's parameters: a list is repeated, None is left out, a number or a truth value is written."""
    return [
        (name, str(one).lower() if isinstance(one, bool) else str(one))
        for name, value in given.items()
        for one in (value if isinstance(value, (list, tuple, set, frozenset)) else [value])
        if one is not None
    ]


def adding(url: str, body: Any, key: str | None = None) -> Request:
    """A POST that is done once, however often it is sent."""
    return Request("POST", url, headers={"Idempotency-Key": key or str(uuid.uuid4())}, json=body)


class Cache:
    """The latest responses with their tags: what hasn't changed isn't sent again."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._responses: OrderedDict[str, httpx.Response] = OrderedDict()

    def ask(self, request: httpx.Request) -> None:
        """Adds the tag of the response that is known."""
        if request.method == "GET" and (known := self._responses.get(_key(request))):
            request.headers["If-None-Match"] = known.headers["ETag"]

    def answer(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """The response, or the known one where nothing has changed."""
        if request.method != "GET":
            return response
        key = _key(request)
        if response.status_code == 304 and key in self._responses:
            self._responses.move_to_end(key)
            return self._responses[key]
        if response.status_code == 200 and "ETag" in response.headers and self._size:
            self._responses[key] = response
            while len(self._responses) > self._size:
                self._responses.popitem(last=False)
        return response


def _key(request: httpx.Request) -> str:
    return f"{request.url} {request.headers.get('Accept', '')} {request.headers.get('Accept-Language', '')}"


def seconds_to_wait(request: Request, response: httpx.Response | None, attempt: int, retries: int) -> float | None:
    """How long to wait before a request is sent again; None when it isn't. Without a response, it was lost."""
    if attempt >= retries:
        return None
    if response is None:
        return random.uniform(0, 0.2 * 2**attempt) if request.may_be_repeated else None  # noqa: S311 - no secret
    if response.status_code not in (429, 503):  # with these, nothing was done
        return None
    asked = response.headers.get("Retry-After", "1")
    return min(float(asked) if asked.isdecimal() else 1.0, 60.0)


def full_url(address: str, request: Request) -> httpx.URL:
    """Where a request goes: its own address is below that of the registry, one that the service gave has all of it."""
    base = address.rstrip("/")
    url = httpx.URL(base + request.url) if request.url.startswith(API) else httpx.URL(base).join(request.url)
    return url.copy_merge_params(tuple(request.params)) if request.params else url


def checked(response: httpx.Response) -> httpx.Response:
    """The response; raises the Problem that it is."""
    raise_for_problem(response)
    return response
