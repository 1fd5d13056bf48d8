"""A typed client for the API of MIEUX Registry.

    from mieux_client import Registry

    with Registry("http://127.0.0.1:8000") as registry:
        for action in registry.actions.list(theme="asylum", active_in="2013"):
            print(action["title"])

`AsyncRegistry` has the same methods, to be awaited. Problems are raised as `Problem`.
"""

from mieux_client.asynchronous import AsyncRegistry
from mieux_client.problems import Conflict, Forbidden, Invalid, NotFound, Problem, StaleRecord, Unavailable
from mieux_client.records import Figure, Record
from mieux_client.synchronous import Registry

__all__ = [
    "AsyncRegistry",
    "Conflict",
    "Figure",
    "Forbidden",
    "Invalid",
    "NotFound",
    "Problem",
    "Record",
    "Registry",
    "StaleRecord",
    "Unavailable",
]
