"""The headers that tell a browser what it may do with an answer, on every answer."""

from collections.abc import Sequence


class SecurityHeaders:
    """The security headers of every answer, unless it has its own.

    There is one content security policy for all that is not a page: nothing is loaded, nothing runs, and a picture may
    have its styles. It is the same for every media type because a 304 replaces the stored headers and has no media
    type. A page brings a policy of its own.

    `frame_origins` are the origins of pages that may show answers in a frame, or `*`; pages of this host always may.
    `hsts_seconds` is for how long a browser is to use HTTPS only, said over HTTPS; 0 for not at all.
    """

    def __init__(self, *, frame_origins: Sequence[str] = (), hsts_seconds: int = 0) -> None:
        ancestors = " ".join(("'self'", *frame_origins))
        policy = f"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors {ancestors}; sandbox"
        self._headers = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            # The data are open: a page on any host may show a picture of them.
            (b"cross-origin-resource-policy", b"cross-origin"),
        ]
        self._over_https = [*self._headers]
        if hsts_seconds:
            self._over_https.append((b"strict-transport-security", f"max-age={hsts_seconds}".encode()))

    def of(self, scheme: str) -> Sequence[tuple[bytes, bytes]]:
        """Those of an answer over HTTP or HTTPS."""
        return self._over_https if scheme == "https" else self._headers
