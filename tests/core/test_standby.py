"""A streaming standby: what is read from it is never older than its reader may expect, and reads go on without it, and
without the main database."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.database import DatabaseDep
from app.core.edge.standby_reads import HEADER
from app.core.index.following import Index
from app.core.listing import API
from app.core.metrics import REPLICATED_READS
from support import postgres
from tests.conftest import AUTHORIZED, Postgresql, serving
from tests.relay import Relay
from tests.waiting import until

pytestmark = pytest.mark.anyio

PATHS = ("actions?limit=500", "actions/1", "aggregates/actions-per-theme", "facets", "changes?after=0")
FRESH = {"Cache-Control": "no-cache"}
IMPATIENT = {"database_wait_timeout": 1, "database_statement_timeout": 3}


@pytest.fixture(scope="module")
def standby(postgresql_server: Postgresql) -> Iterator[postgres.Cluster]:
    """A standby of the tests' server, which lets no query delay what it replays."""
    with postgres.cluster(postgresql_server.cluster, max_standby_streaming_delay="50ms") as running:
        yield running


@pytest.fixture
def url(postgresql_server: Postgresql) -> Iterator[str]:
    """A seeded database of the test's own."""
    made = postgresql_server.create("seeded")
    yield made
    postgresql_server.drop(made)


class Node:
    """A process of the registry that reads from the standby."""

    def __init__(self, app: FastAPI, editor: httpx.AsyncClient) -> None:
        self.app, self.editor = app, editor
        self.reader = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")
        """A client without a key."""

    async def write(self, name: str) -> str:
        """Adds an action; gives the place of that change in the feed."""
        answer = await self.editor.post(f"{API}/actions", json={"title": name, "start": "2014"})
        assert answer.status_code == 201, answer.text
        return answer.headers[HEADER]

    async def titles(self, **headers: str) -> set[str]:
        """The titles of all actions; the list has as many as it says."""
        answer = await self.reader.get(f"{API}/actions?limit=500", headers=headers)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) == page["total"]
        return {item["title"] for item in page["items"]}


@pytest.fixture
async def nodes(url: str, standby: postgres.Cluster) -> AsyncIterator[tuple[Node, Node]]:
    """Two processes on one database and its standby, which has all of it, and which may lag for as long as it likes."""
    async with two_nodes(url, standby, database_max_lag=3600) as made:
        yield made


@asynccontextmanager
async def two_nodes(url: str, standby: postgres.Cluster, **settings: Any) -> AsyncIterator[tuple[Node, Node]]:
    await caught_up(url, standby)
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(2):
            serves = serving(url, database_read_url=at(standby, url), **settings)
            made.append(Node(*await stack.enter_async_context(serves)))
            await stack.enter_async_context(made[-1].reader)
        await caught_up(url, standby)
        yield made[0], made[1]


def at(server: postgres.Cluster, url: str) -> str:
    """The URL of the same database at another server."""
    return server.url.format(name=url.partition("@/")[2].partition("?")[0])


async def run(url: str, *statements: str) -> Any:
    """Runs statements as the administrator; gives what the last one says."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            result = await connection.fetchval(statement)
        return result
    finally:
        await connection.close()


async def caught_up(url: str, standby: postgres.Cluster) -> None:
    """Waits until the standby has replayed everything."""
    place = await run(url, "SELECT pg_current_wal_insert_lsn()::text")

    async def has_replayed() -> Any:
        with suppress(asyncpg.InvalidCatalogNameError):  # the database itself is on its way
            return await run(at(standby, url), f"SELECT pg_last_wal_replay_lsn() >= '{place}'")

    await until(has_replayed)


@asynccontextmanager
async def lagging(url: str, standby: postgres.Cluster) -> AsyncIterator[None]:
    """The standby receives changes meanwhile, and shows none of them."""
    await run(at(standby, url), "SELECT pg_wal_replay_pause()")
    try:
        yield
    finally:
        await run(at(standby, url), "SELECT pg_wal_replay_resume()")
        await caught_up(url, standby)


class Reads:
    """Counts who answered reads since it was made."""

    def __init__(self) -> None:
        self._before = self._now()

    @staticmethod
    def _now() -> dict[str, float]:
        return {name: REPLICATED_READS.labels(name)._value.get() for name in ("standby", "primary")}

    def since(self) -> dict[str, int]:
        """By the kind of database."""
        return {name: int(count - self._before[name]) for name, count in self._now().items()}


async def test_lists_figures_and_index_come_from_the_standby_and_follow_it(
    nodes: tuple[Node, Node], url: str, standby: postgres.Cluster
) -> None:
    writer, node = nodes
    index: Index = node.app.state.index
    await node.titles()
    loads, reads = index.loads, Reads()
    for name in ("One", "Two"):
        await writer.write(name)
        await caught_up(url, standby)
        assert name in await node.titles(**FRESH)
        for path in PATHS:
            assert (await node.reader.get(f"{API}/{path}", headers=FRESH)).status_code == 200
    assert index.loads == loads
    assert reads.since()["primary"] == 0
    assert reads.since()["standby"] >= 2 * len(PATHS)


async def test_who_wrote_reads_it_whatever_the_standby_has(
    nodes: tuple[Node, Node], url: str, standby: postgres.Cluster
) -> None:
    writer, other = nodes
    async with lagging(url, standby):
        place = await writer.write("Mine")
        assert "Mine" in await writer.titles()  # this process knows of it
        assert "Mine" not in await other.titles()
        assert "Mine" in await other.titles(**{HEADER: place})
        assert "Mine" in await other.titles(**AUTHORIZED)
        assert "Mine" not in await other.titles()
        assert (await other.reader.get(f"{API}/changes?after={place}")).status_code == 200
        reads = Reads()
        assert "Mine" in await writer.titles(**FRESH)
        assert reads.since() == {"standby": 0, "primary": 1}
    reads = Reads()
    assert "Mine" in await writer.titles(**FRESH)
    assert "Mine" in await other.titles(**{HEADER: place})
    assert reads.since() == {"standby": 2, "primary": 0}


async def test_an_index_that_is_ahead_answers_as_of_the_standbys_snapshot(
    nodes: tuple[Node, Node], url: str, standby: postgres.Cluster
) -> None:
    writer, other = nodes
    before = await other.titles()
    async with lagging(url, standby):
        for number in range(3):
            await writer.write(f"Ahead {number}")
            assert len(await other.titles(**AUTHORIZED)) == len(before) + number + 1
            assert await other.titles(**FRESH) == before
    assert len(await other.titles(**FRESH)) == len(before) + 3


async def test_no_answer_is_older_than_the_lag_allowed(url: str, standby: postgres.Cluster) -> None:
    async with two_nodes(url, standby, database_max_lag=0.6) as (writer, other), lagging(url, standby):
        await other.titles()
        await writer.write("Waited for")

        async def is_shown() -> bool:
            return "Waited for" in await other.titles(**FRESH)

        await until(is_shown)


async def test_reads_go_on_when_the_standby_dies_and_return_to_it(
    nodes: tuple[Node, Node], url: str, standby: postgres.Cluster
) -> None:
    node, _ = nodes
    stop = asyncio.Event()

    async def read() -> list[int]:
        statuses = []
        while not stop.is_set():
            for path in PATHS:
                statuses += [(await node.reader.get(f"{API}/{path}", headers=FRESH)).status_code]
                statuses += [(await node.reader.get(f"{API}/{path}")).status_code]
        return statuses

    reads = Reads()
    reading = [asyncio.create_task(read()) for _ in range(4)]
    await until(lambda: reads.since()["standby"] > 10)
    await asyncio.to_thread(standby.kill)
    await until(lambda: reads.since()["primary"] > 10)
    assert (await node.reader.get("/readyz")).status_code == 200
    before = reads.since()["standby"]
    await asyncio.to_thread(standby.start)
    await until(lambda: reads.since()["standby"] > before)
    stop.set()
    assert {status for statuses in await asyncio.gather(*reading) for status in statuses} == {200}


async def test_a_standby_that_answers_nothing_delays_reads_once(url: str, standby: postgres.Cluster) -> None:
    async with two_nodes(url, standby, **IMPATIENT) as (node, _):
        await node.titles()
        with standby.paused():
            answers = await asyncio.gather(*(node.reader.get(f"{API}/{path}", headers=FRESH) for path in PATHS * 5))
            assert {answer.status_code for answer in answers} == {200}
            reads = Reads()
            await node.titles(**FRESH)
            await node.titles()
            assert reads.since()["standby"] == 0


async def test_a_read_in_the_way_of_the_replay_is_done_on_the_main_database(
    nodes: tuple[Node, Node], url: str, standby: postgres.Cluster
) -> None:
    node, _ = nodes

    @node.app.get("/slow")
    async def slow(database: DatabaseDep) -> bool:
        async with database.read() as connection:
            takes_long = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_sleep(600) END FROM actions LIMIT 1"
            await connection.execute(text(takes_long))
            return bool(await connection.scalar(text("SELECT pg_is_in_recovery()")))

    reading = asyncio.create_task(node.reader.get("/slow"))
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    await until(lambda: run(at(standby, url), sleeping))
    await run(url, "VACUUM FULL actions")
    answer = await reading
    assert (answer.status_code, answer.json()) == (200, False)

    async def is_read_from() -> bool:
        reads = Reads()
        await node.titles(**FRESH)
        return reads.since() == {"standby": 1, "primary": 0}

    await until(is_read_from)  # nothing is wrong with it, but the replay may not be done


async def test_reads_go_on_when_the_main_database_is_gone(
    nodes: tuple[Node, Node], url: str, postgresql_server: Postgresql, standby: postgres.Cluster
) -> None:
    node, _ = nodes
    await node.write("Last")
    await caught_up(url, standby)
    await asyncio.to_thread(postgresql_server.cluster.kill)
    try:
        assert "Last" in await node.titles(**FRESH)
        for path in PATHS:
            assert (await node.reader.get(f"{API}/{path}", headers=FRESH)).status_code == 200
        assert (await node.reader.get("/readyz")).status_code == 200
        refused = await node.editor.post(f"{API}/partners", json={"name": "Nobody"})
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
    finally:
        await asyncio.to_thread(postgresql_server.cluster.start)
    tag = (await node.editor.get(f"{API}/actions/1")).headers["ETag"]
    changed = await node.editor.patch(f"{API}/actions/1", json={"title": "Next"}, headers={"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert "Next" in await node.titles()


# -- a server that takes another one's place --


async def test_a_write_that_meets_a_standby_is_a_503_and_then_finds_the_main_database(
    url: str, postgresql_server: Postgresql, standby: postgres.Cluster
) -> None:
    await caught_up(url, standby)
    name = url.partition("@/")[2].partition("?")[0]
    async with AsyncExitStack() as stack:
        relay = await stack.enter_async_context(Relay.to(postgresql_server.cluster.folder))
        at_relay = f"postgresql://mieux@127.0.0.1:{relay.port}/{name}?sslmode=disable"
        _, client = await stack.enter_async_context(serving(at_relay))
        relay.folder = standby.folder
        relay.cut()
        for number in range(3):
            refused = await client.post(f"{API}/partners", json={"name": f"Partner {number}"})
            assert refused.status_code == 503, refused.text
            assert int(refused.headers["Retry-After"]) > 0
        relay.folder = postgresql_server.cluster.folder  # connections to the standby stay open
        answer = await client.post(f"{API}/partners", json={"name": "Partner"})
        assert answer.status_code == 201, answer.text


async def test_hosts_of_which_none_takes_changes_are_a_503(
    url: str, postgresql_server: Postgresql, standby: postgres.Cluster
) -> None:
    await caught_up(url, standby)
    name = url.partition("@/")[2].partition("?")[0]
    async with Relay.to(postgresql_server.cluster.folder) as relay, Relay.to(standby.folder) as other:
        hosts = f"127.0.0.1:{relay.port},127.0.0.1:{other.port}"
        query = "?sslmode=disable&target_session_attrs=read-write"
        async with serving(f"postgresql://mieux@{hosts}/{name}{query}") as (_, client):
            relay.folder = standby.folder
            relay.cut()
            for request in (client.get(f"{API}/actions", headers=FRESH), client.get("/readyz")):
                assert (await request).status_code == 503
            refused = await client.post(f"{API}/partners", json={"name": "Partner"})
            assert refused.status_code == 503
            assert int(refused.headers["Retry-After"]) > 0
            other.folder = postgresql_server.cluster.folder  # the second host is the leader now
            answer = await client.post(f"{API}/partners", json={"name": "Partner"})
            assert answer.status_code == 201, answer.text


async def test_what_no_synchronous_standby_confirmed_is_not_acknowledged(
    url: str, postgresql_server: Postgresql
) -> None:
    server = postgresql_server.cluster.url.format(name="postgres")

    async def wait_for(names: str) -> None:
        await run(server, f"ALTER SYSTEM SET synchronous_standby_names = '{names}'", "SELECT pg_reload_conf()")
        are_waited_for = f"SELECT current_setting('synchronous_standby_names') = '{names}'"
        await until(lambda: run(server, are_waited_for))

    request = {"json": {"name": "Partner"}, "headers": {"Idempotency-Key": "once"}}
    async with serving(url, **IMPATIENT) as (_, client):
        try:
            await wait_for("absent")
            for _ in range(2):  # neither the first time, nor when it is found to be done
                refused = await client.post(f"{API}/partners", **request)  # type: ignore[arg-type]
                assert refused.status_code == 503, refused.text
                assert int(refused.headers["Retry-After"]) > 0
        finally:
            await wait_for("")
        done = await client.post(f"{API}/partners", **request)  # type: ignore[arg-type]
        assert (done.status_code, done.headers["Idempotent-Replay"]) == (201, "true")
        names = [item["name"] for item in (await client.get(f"{API}/partners?limit=500")).json()["items"]]
        assert names.count("Partner") == 1
