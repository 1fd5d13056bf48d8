"""What pages on other hosts may do with this service in a browser (CORS)."""

import re
from collections.abc import Collection

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

_SENT = (
    "Authorization",
    "Baggage",
    "Cache-Control",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Registry-Sequence",
    "Traceparent",
    "Tracestate",
    "X-Request-ID",
    "X-Requested-With",
)
"""The headers that a page may send, beside those that need no permission."""

_READ = (
    "Accept-Encoding",
    "Accept-Patch",
    "Accept-Post",
    "Allow",
    "Content-Disposition",
    "ETag",
    "Idempotent-Replay",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Registry-Release",
    "Registry-Sequence",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-ID",
)
"""The headers that a page may read, beside those that need no permission."""


def cross_origin(origins: Collection[str]) -> Middleware:
    """The layer that lets pages of these origins read answers: `*` is any page, `https://*.example.org` any of a
    subdomain."""
    return Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_origin_regex="|".join(re.escape(origin).replace(r"\*", "[a-z0-9.-]+") for origin in origins),
        allow_methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
        allow_headers=_SENT,
        expose_headers=_READ,
        max_age=86400,
    )
