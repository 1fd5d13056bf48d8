"""Rates: how many requests a client may make in a minute."""

import pytest

from app.core import rates
from app.core.problems import TooManyRequests
from app.core.rates import Rate, limit_headers


class Clock:
    """A clock that a test turns on."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the rates."""
    turned = Clock()
    monkeypatch.setattr(rates, "monotonic", turned)
    return turned


def taken(rate: Rate, client: str, requests: int) -> int:
    """How many of these requests are let through."""
    count = 0
    for _ in range(requests):
        try:
            rate.take(client)
        except TooManyRequests:
            continue
        count += 1
    return count


@pytest.mark.parametrize("limit", [1, 7, 30, 60, 999, 1200])
def test_a_minutes_requests_at_once_and_then_as_many_in_each_minute(clock: Clock, limit: int) -> None:
    rate = Rate("reads", limit)
    assert taken(rate, "a", limit + 5) == limit
    for _ in range(3):
        clock.seconds += 60
        assert taken(rate, "a", limit + 5) == limit
    clock.seconds += 1.001 * 60 / limit
    assert taken(rate, "a", 5) == 1
    assert taken(rate, "b", limit + 5) == limit


def test_what_is_left_and_when_there_is_more(clock: Clock) -> None:
    rate = Rate("costly-requests", 6)
    assert taken(rate, "a", 4) == 4
    clock.seconds += 3
    policy = '"costly-requests";q=6;w=60'
    assert limit_headers([(rate, "a")]) == {"RateLimit-Policy": policy, "RateLimit": '"costly-requests";r=2;t=7'}
    assert taken(rate, "a", 4) == 2
    with pytest.raises(TooManyRequests) as refused:
        rate.take("a")
    assert refused.value.headers == {
        "Retry-After": "7", "RateLimit-Policy": policy, "RateLimit": '"costly-requests";r=0;t=7',
    }  # fmt: skip
    clock.seconds += 6.9
    assert taken(rate, "a", 1) == 0
    clock.seconds += 0.2
    assert taken(rate, "a", 2) == 1


def test_two_rates_are_said_in_one_header() -> None:
    one, other, off = Rate("writes", 60), Rate("costly-requests", 6), Rate("reads", 0)
    one.take("key")
    assert limit_headers([(one, "key"), (off, "a"), (other, "a")]) == {
        "RateLimit-Policy": '"writes";q=60;w=60, "costly-requests";q=6;w=60',
        "RateLimit": '"writes";r=59;t=1, "costly-requests";r=6;t=10',
    }
    assert limit_headers([(off, "a")]) == {}


def test_zero_is_no_limit() -> None:
    rate = Rate("reads", 0)
    assert taken(rate, "a", 1000) == 1000
    assert not rate.is_exhausted("a")


def test_many_clients_fill_no_memory_and_those_that_ask_stay_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_CLIENTS", 100)
    rate = Rate("reads", 5)
    for number in range(1000):
        rate.take(f"somebody {number}")
        if number % 90 == 0:
            taken(rate, "busy", 1)
    assert len(rate._full_at) == 100
    assert rate.is_exhausted("busy")
