"""The id of the request that is under way: of its response, its problem document and its lines in the log."""

import os
import re
from contextvars import ContextVar

HEADER = b"x-request-id"

request_id: ContextVar[str] = ContextVar("request_id", default="")

_USABLE = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def choose_id(sent: bytes | None) -> str:
    """The id that a client sent, if it can be put in a log, a header and a document as it is, or else a new one."""
    return sent.decode() if sent and _USABLE.fullmatch(sent) else os.urandom(16).hex()
