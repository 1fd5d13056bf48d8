"""Places for heavy work: how many there are, how they are shared, and who comes next."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from starlette.requests import Request

from app.core.limits import Places, client_of
from app.core.problems import Problem, TooManyRequests, Unavailable

pytestmark = pytest.mark.anyio


class Work:
    """Requests that hold a place until they are ended."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.begun: list[str] = []
        self._end: list[asyncio.Event] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def ask(self, *clients: str) -> None:
        """One request of each of these clients, in this order."""
        for client in clients:
            self._tasks.append(asyncio.create_task(self._work(client)))
            await asyncio.sleep(0)
        await self._settle()

    async def _work(self, client: str) -> None:
        async with self.places.hold(client):
            end = asyncio.Event()
            self._end.append(end)
            self.begun.append(client)
            await end.wait()

    async def end_one(self) -> None:
        """Ends the request that began first."""
        self._end.pop(0).set()
        await self._settle()

    async def give_up(self, number: int) -> None:
        """Cancels the request that was asked for as number `number`."""
        self._tasks[number].cancel()
        await self._settle()

    async def end(self) -> None:
        """Ends all that are under way, and those that come after them."""
        while self._end:
            await self.end_one()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @staticmethod
    async def _settle() -> None:
        for _ in range(10):
            await asyncio.sleep(0)


async def refusal(places: Places, client: str) -> Problem:
    """Why a request is refused."""
    with pytest.raises(Problem) as refused:
        async with places.hold(client):
            pass
    assert refused.value.headers["Retry-After"] == "5"
    return refused.value


async def test_places_are_taken_and_given_back() -> None:
    places = Places("tests", total=2, per_client=2, wait_seconds=0)
    for _ in range(3):
        async with places.hold("a"), places.hold("b"):
            assert places.held == 2
            assert isinstance(await refusal(places, "c"), Unavailable)
    with pytest.raises(RuntimeError):
        async with places.hold("a"):
            raise RuntimeError
    assert places.held == 0


async def test_a_client_has_its_share_and_leaves_the_rest_to_others() -> None:
    places = Places("tests", total=3, per_client=2, wait_seconds=0)
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(places.hold("a"))
        assert isinstance(await refusal(places, "a"), TooManyRequests)
        async with places.hold("b"):
            assert places.held == 3


async def test_who_waits_long_enough_gets_a_place_and_who_does_not_is_refused() -> None:
    places = Places("tests", total=1, per_client=1, wait_seconds=0.05)
    work = Work(places)
    await work.ask("a")
    assert isinstance(await refusal(places, "b"), Unavailable)
    assert isinstance(await refusal(places, "a"), TooManyRequests)
    await work.ask("b")
    await work.end_one()
    assert work.begun == ["a", "b"]
    await work.end()
    assert places.held == 0


async def test_clients_take_turns_however_many_requests_one_of_them_sends() -> None:
    places = Places("tests", total=2, per_client=2)
    work = Work(places)
    await work.ask("a", "a", "a", "a", "b", "c")
    for _ in range(4):
        await work.end_one()
    assert work.begun == ["a", "a", "a", "b", "c", "a"]
    await work.end()
    assert places.held == 0


async def test_a_client_at_its_share_keeps_nobody_else_waiting() -> None:
    places = Places("tests", total=3, per_client=1)
    work = Work(places)
    await work.ask("a", "a", "b")
    assert work.begun == ["a", "b"]
    await work.end()


async def test_only_so_many_requests_of_one_client_wait() -> None:
    places = Places("tests", total=1, per_client=1)
    work = Work(places)
    await work.ask("a", "a")
    assert isinstance(await refusal(places, "a"), TooManyRequests)
    await work.end()


async def test_more_may_wait_than_have_a_place() -> None:
    places = Places("tests", total=1, per_client=1, waiting=2)
    work = Work(places)
    await work.ask("a", "a", "a")
    assert isinstance(await refusal(places, "a"), TooManyRequests)
    await work.end()


async def test_who_gives_up_leaves_the_queue_and_takes_no_place_along() -> None:
    places = Places("tests", total=1, per_client=1)
    work = Work(places)
    await work.ask("a", "b", "c")
    await work.give_up(1)
    await work.end_one()
    assert work.begun == ["a", "c"]
    await work.give_up(2)
    assert places.held == 0
    async with places.hold("b"):
        assert places.held == 1


async def test_a_request_that_gives_up_as_it_is_called_passes_the_place_on() -> None:
    places = Places("tests", total=1, per_client=1)
    begun = Counter[str]()

    async def work(client: str) -> None:
        async with places.hold(client):
            begun[client] += 1

    async with places.hold("a"):
        waiting = [asyncio.create_task(work(client)) for client in ("b", "c")]
        await asyncio.sleep(0)
    waiting[0].cancel()  # its place is there, and it has not run since
    await asyncio.gather(*waiting, return_exceptions=True)
    assert (begun, places.held) == (Counter("c"), 0)


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:1:2:3", "2001:db8:1:2::/64"),
        ("/run/proxy.sock", "/run/proxy.sock"),
    ],
)
async def test_a_client_is_an_address_or_a_network_of_ipv6(address: str, client: str) -> None:
    assert client_of(Request({"type": "http", "client": (address, 1), "headers": []})) == client


async def test_what_asks_from_within_has_a_share_too() -> None:
    assert client_of(Request({"type": "http", "client": None, "headers": []})) == "local"
