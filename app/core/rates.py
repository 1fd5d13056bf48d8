"""How many requests a client may make in a minute, by kind of request.

Each client has a bucket of tokens for each kind: a request takes one, and an empty bucket fills up evenly within a
minute. So a client may send a minute's requests at once, and after that only as fast as the bucket fills.

The buckets are those of one process, and as many as `MOST_CLIENTS` in each kind: those that were not used for longest
are forgotten, so that somebody with many addresses fills no memory.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from time import monotonic

from app.core.problems import TooManyRequests

WINDOW = 60
MOST_CLIENTS = 10_000
_ROUNDING = 1e-6


class Rate:
    """One kind of request: at most `limit` a minute from each client; 0 is no limit."""

    def __init__(self, policy: str, limit: int) -> None:
        self.policy = policy
        self.limit = limit
        self._full_at: OrderedDict[str, float] = OrderedDict()
        """When each client's bucket will be full, if nothing more is taken from it."""

    def take(self, client: str) -> None:
        """Takes a token from a client's bucket.

        Raises TooManyRequests when it is empty.
        """
        if not self.limit:
            return
        now = monotonic()
        full_at = max(self._full_at.get(client, now), now) + WINDOW / self.limit
        if full_at > now + WINDOW + _ROUNDING:
            raise self.refusal(client)
        self._full_at[client] = full_at
        self._full_at.move_to_end(client)
        if len(self._full_at) > MOST_CLIENTS:
            self._full_at.popitem(last=False)

    def remaining(self, client: str) -> int:
        """How many tokens are in a client's bucket."""
        return int(self.limit - self._missing_seconds(client) * self.limit / WINDOW + _ROUNDING)

    def is_exhausted(self, client: str) -> bool:
        """Whether the next request will be refused."""
        return bool(self.limit) and self.remaining(client) < 1

    def refusal(self, client: str) -> TooManyRequests:
        """The problem of a client whose bucket is empty."""
        problem = TooManyRequests(
            f"At most {self.limit:,} {self.policy.replace('-', ' ')} from one client are answered in a minute.",
            headers={"Retry-After": str(self._wait_seconds(client)), **limit_headers([(self, client)])},
        )
        problem.extensions["violated-policies"] = [self.policy]
        return problem

    def _missing_seconds(self, client: str) -> float:
        now = monotonic()
        return max(self._full_at.get(client, now) - now, 0.0)

    def _wait_seconds(self, client: str) -> int:
        """Until the bucket gets its next token."""
        interval = WINDOW / self.limit
        return max(1, ceil(self._missing_seconds(client) % interval or interval))

    def state(self, client: str) -> str:
        """What a client has left, as an item of the header `RateLimit`."""
        return f'"{self.policy}";r={self.remaining(client)};t={self._wait_seconds(client)}'


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of requests. A client is an address, and of writes a key."""

    reads: Rate
    writes: Rate
    costly: Rate


def limit_headers(taken: Iterable[tuple[Rate, str]]) -> dict[str, str]:
    """What clients have left of the rates that they were counted by, as `RateLimit-Policy` and `RateLimit`
    (draft-ietf-httpapi-ratelimit-headers-11); empty where none has a limit."""
    limited = [(rate, client) for rate, client in taken if rate.limit]
    if not limited:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{rate.policy}";q={rate.limit};w={WINDOW}' for rate, _ in limited),
        "RateLimit": ", ".join(rate.state(client) for rate, client in limited),
    }
