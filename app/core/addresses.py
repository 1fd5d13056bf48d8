"""Where clients reach this service: addresses with the prefix under which a proxy shows it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PATH_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")
"""A prefix: "/registry". It can neither name another host nor leave the text around it."""

_prefix: ContextVar[str] = ContextVar("prefix", default="")


def address(path: str) -> str:
    """The address of a path of this service, as the client of the present request reaches it: "/problems" is
    "/registry/problems" behind the prefix "/registry". Every address in an answer is made by this function."""
    return _prefix.get() + path


def local_path(path: str) -> str:
    """The path within this service, from the one in a request's scope or in an address: without the prefix."""
    return path.removeprefix(_prefix.get())


@contextmanager
def addressed_below(prefix: str) -> Iterator[None]:
    """Addresses begin with this prefix for a while."""
    token = _prefix.set(prefix)
    try:
        yield
    finally:
        _prefix.reset(token)
