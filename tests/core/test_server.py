"""A PostgreSQL server that stops, dies, is cut off or far away: nothing hangs, nothing acknowledged is lost, and the
service goes on by itself."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from app.core import server
from app.core.listing import API
from support.clone import Clone, assert_is_exact
from support.postgres import Cluster
from tests.conftest import Postgresql, serving
from tests.relay import Relay
from tests.running.service import mieux
from tests.waiting import BOUND, until

pytestmark = pytest.mark.anyio

PATHS = ("actions", "actions/1", "aggregates/actions-per-theme", "keys")
FRESH = {"Cache-Control": "no-cache"}
IMPATIENT = {"database_wait_timeout": 1, "database_statement_timeout": 3}
"""With these timeouts a request has its answer in about four seconds."""
PATIENT = {"database_wait_timeout": 10 * BOUND, "database_statement_timeout": 10 * BOUND}

Outage = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
def cluster(postgresql_server: Postgresql) -> Cluster:
    """The server of the tests."""
    return postgresql_server.cluster


@pytest.fixture
def url(postgresql_server: Postgresql) -> Iterator[str]:
    """A seeded database of the test's own."""
    made = postgresql_server.create("seeded")
    yield made
    postgresql_server.drop(made)


def through(relay: Relay, url: str, query: str = "?sslmode=disable") -> str:
    """The URL of the same database by way of a relay."""
    name = url.partition("@/")[2].partition("?")[0]
    return f"postgresql://mieux@127.0.0.1:{relay.port}/{name}{query}"


async def assert_refused_in_time(client: httpx.AsyncClient) -> None:
    """Reads, writes and readiness, many at once, are answered with 503."""
    requests = [client.get(f"{API}/{path}", headers=FRESH) for path in PATHS * 5]
    requests += [client.get(f"{API}/{path}") for path in PATHS]
    requests += [client.post(f"{API}/partners", json={"name": f"Partner {number}"}) for number in range(10)]
    async with asyncio.timeout(BOUND):
        ready, *answers = await asyncio.gather(client.get("/readyz"), *requests)
    assert ready.status_code == 503
    for answer in answers:
        assert answer.status_code == 503, answer.request.url
        assert int(answer.headers["Retry-After"]) > 0


async def assert_recovers(client: httpx.AsyncClient) -> None:
    """Soon, all is as it was before; nobody has to start the service again."""

    async def is_as_before() -> bool:
        answers = [await client.get("/readyz")]
        answers += [await client.get(f"{API}/{path}", headers=FRESH) for path in PATHS]
        answers += [await client.post(f"{API}/partners", json={"name": "Partner"})]
        return [answer.status_code for answer in answers] == [200] * (1 + len(PATHS)) + [201]

    await until(is_as_before)


async def test_a_server_stopped_in_its_tracks_hangs_nobody(url: str, cluster: Cluster) -> None:
    async with serving(url, **IMPATIENT) as (_, client):
        assert (await client.get(f"{API}/actions")).status_code == 200
        with cluster.paused():
            await assert_refused_in_time(client)
            await assert_refused_in_time(client)
        await assert_recovers(client)


async def test_readiness_waits_for_a_stopped_server_for_less_than_a_request_does(url: str, cluster: Cluster) -> None:
    async with serving(url, **PATIENT) as (_, client):
        with cluster.paused():
            read = asyncio.create_task(client.get(f"{API}/actions", headers=FRESH))
            async with asyncio.timeout(BOUND):
                assert (await client.get("/readyz")).status_code == 503
            assert not read.done()
        assert (await read).status_code == 200


async def test_a_network_that_swallows_everything_hangs_nobody(url: str, cluster: Cluster) -> None:
    async with Relay.to(cluster.folder) as relay, serving(through(relay, url), **IMPATIENT) as (_, client):
        assert (await client.get(f"{API}/actions")).status_code == 200
        relay.swallow()
        await assert_refused_in_time(client)
        relay.let_through()
        await assert_recovers(client)


async def test_connections_that_were_cut_are_made_again_and_nobody_notices(url: str, cluster: Cluster) -> None:
    async with Relay.to(cluster.folder) as relay, serving(through(relay, url)) as (_, client):
        for _ in range(2):
            answers = await asyncio.gather(*(client.get(f"{API}/{path}", headers=FRESH) for path in PATHS))
            assert {answer.status_code for answer in answers} == {200}
            assert (await client.get("/readyz")).status_code == 200
            relay.cut()
            await asyncio.sleep(0.05)
        assert (await client.post(f"{API}/partners", json={"name": "Partner"})).status_code == 201


async def test_connections_that_a_firewall_forgot_are_made_again_and_nobody_notices(
    url: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "RESTED_SECONDS", 0)
    monkeypatch.setattr(server, "TRIAL_SECONDS", 0.2)
    async with Relay.to(cluster.folder) as relay, serving(through(relay, url)) as (_, client):
        assert (await client.get(f"{API}/actions", headers=FRESH)).status_code == 200
        relay.forget()
        assert (await client.get(f"{API}/actions", headers=FRESH)).status_code == 200
        assert (await client.get(f"{API}/actions")).status_code == 200
        assert (await client.post(f"{API}/partners", json={"name": "Partner"})).status_code == 201


async def test_a_table_that_is_being_rebuilt_delays_its_reads_alone(url: str) -> None:
    async with serving(url, **PATIENT) as (app, client), administrating(url) as administrator:
        assert (await client.get(f"{API}/actions")).status_code == 200
        await administrator.execute("BEGIN; LOCK TABLE actions IN ACCESS EXCLUSIVE MODE")
        reads = asyncio.gather(*(client.get(f"{API}/actions", headers=FRESH) for _ in range(20)))
        pool = app.state.database.pools["read"]
        await until(lambda: pool.checkedout() == pool.limit)
        async with asyncio.timeout(BOUND):
            assert (await client.get("/readyz")).status_code == 200
        assert not reads.done()
        await administrator.execute("COMMIT")
        assert {answer.status_code for answer in await reads} == {200}


async def test_reads_of_a_table_that_is_being_rebuilt_are_answered_in_time(url: str) -> None:
    async with serving(url, **IMPATIENT) as (_, client), administrating(url) as administrator:
        assert (await client.get(f"{API}/actions")).status_code == 200
        await administrator.execute("BEGIN; LOCK TABLE actions IN ACCESS EXCLUSIVE MODE")
        async with asyncio.timeout(BOUND):
            reads = await asyncio.gather(*(client.get(f"{API}/actions", headers=FRESH) for _ in range(20)))
        assert {answer.status_code for answer in reads} == {503}
        await administrator.execute("COMMIT")
        assert (await client.get(f"{API}/actions")).status_code == 200


@asynccontextmanager
async def administrating(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the administrator's own."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


class Writer:
    """Writes as quickly as it can, whatever is answered, and remembers what was acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: dict[int, str] = {}
        self.refused: set[int] = set()
        self._number = 0

    async def write(self, client: httpx.AsyncClient) -> None:
        """Until it is cancelled."""
        while True:
            self._number += 1
            name = f"Partner {self._number}"
            answer = await client.post(f"{API}/partners", json={"name": name})
            if answer.status_code == 201:
                self.acknowledged[answer.json()["id"]] = name
            else:
                self.refused.add(answer.status_code)
                await asyncio.sleep(0.02)


async def test_a_server_killed_under_writers_loses_nothing_and_is_found_again(url: str, cluster: Cluster) -> None:
    # What a sequence has ahead in a template, PostgreSQL forgets in a copy, when it crashes before a checkpoint.
    async with administrating(url) as administrator:
        await administrator.execute("CHECKPOINT")
    writer = Writer()
    async with serving(url, **IMPATIENT) as (_, client):
        writers = [asyncio.create_task(writer.write(client)) for _ in range(4)]
        for _ in range(2):
            already = len(writer.acknowledged)
            await until(lambda: len(writer.acknowledged) >= already + 10)  # noqa: B023 - it is awaited here
            await asyncio.to_thread(cluster.kill)
            assert (await client.get("/readyz")).status_code == 503
            await asyncio.to_thread(cluster.start)
        await assert_recovers(client)
        for task in writers:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

        async def get(path: str) -> dict[str, Any]:
            found: dict[str, Any] = (await client.get(path)).json()
            return found

        clone = Clone()
        await clone.follow(get)
        await assert_is_exact(clone, get)
    assert writer.refused <= {503}
    found = {key: partner["name"] for key, partner in clone.records["partners"].items()}
    assert {key: found.get(str(key)) for key in writer.acknowledged} == writer.acknowledged
    assert len(set(found.values())) == len(found)


async def test_a_transaction_that_rests_is_ended(url: str) -> None:
    async with serving(url) as (app, _):
        for engine, seconds in ((app.state.database.engine, "1min"), (app.state.database.file_engine, "10min")):
            async with engine.connect() as connection:
                shown = await connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout")
                assert shown.scalar() == seconds


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost that its own key has signed, and a server's context with it."""
    folder = tmp_path_factory.mktemp("certificate")
    made, key = folder / "server.crt", folder / "server.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", made],
        check=True,
        capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made, key)
    return made, context


@asynccontextmanager
async def ready(url: str, **settings: Any) -> AsyncIterator[httpx.Response]:
    """What readiness says of a service on a database."""
    async with serving(url, **settings) as (app, client):
        await app.state.index.built.wait()
        yield await client.get("/readyz")


@pytest.mark.parametrize(
    ("host", "query", "encrypted"),
    [
        ("127.0.0.1", "", True),
        ("127.0.0.1", "?sslmode=disable", False),
        ("127.0.0.1", "?sslmode=prefer", True),
        ("127.0.0.1", "?sslmode=require", True),
        ("127.0.0.1", "?sslmode=require&channel_binding=prefer&gssencmode=disable", True),
        ("127.0.0.1", "?sslmode=verify-ca&sslrootcert={file}", True),
        ("localhost", "?sslmode=verify-full&sslrootcert={file}", True),
        ("127.0.0.1", "?sslmode=verify-full&sslrootcert={file}", None),
        ("localhost", "?sslmode=verify-full&sslrootcert={other}", None),
        ("localhost", "?sslrootcert=system", None),
    ],
)
async def test_encryption_is_as_the_url_asks_for(
    url: str,
    cluster: Cluster,
    certificate: tuple[Path, ssl.SSLContext],
    host: str,
    query: str,
    encrypted: bool | None,
) -> None:
    file, context = certificate
    other = Path(ssl.get_default_verify_paths().cafile or file)
    query = query.format(file=quote(str(file)), other=quote(str(other)))
    async with Relay.to(cluster.folder, context) as relay:
        address = through(relay, url, query).replace("127.0.0.1", host)
        if encrypted is None:
            with pytest.raises(ssl.SSLCertVerificationError):
                async with ready(address):
                    pass
            return
        async with ready(address) as answer:
            assert answer.status_code == 200
        assert (relay.encrypted > 0) is encrypted


async def test_a_server_that_does_not_encrypt_is_refused_where_encryption_is_asked_for(
    url: str, cluster: Cluster
) -> None:
    with pytest.raises(ConnectionError):
        async with Relay.to(cluster.folder) as relay, ready(through(relay, url, "?sslmode=require")):
            pass


async def test_the_session_is_as_the_url_asks_for(url: str) -> None:
    options = quote("-c statement_timeout=7s -c search_path=public")
    asked = f"{url}&application_name=registry%2B1&connect_timeout=5&target_session_attrs=read-write&options={options}"
    async with serving(asked, database_wait_timeout=2) as (app, _), app.state.database.engine.connect() as connection:
        shown = {
            name: (await connection.exec_driver_sql(f"SHOW {name}")).scalar()
            for name in ("application_name", "statement_timeout", "search_path", "lock_timeout")
        }
    assert shown == {
        "application_name": "registry+1",
        "statement_timeout": "7s",
        "search_path": "public",
        "lock_timeout": "2s",
    }


async def test_user_password_name_and_socket_are_read_as_libpq_reads_them(url: str, cluster: Cluster) -> None:
    user, password = "ed itor@home", "p@ss:w/rd?#%+é"
    name = url.partition("@/")[2].partition("?")[0]
    access = cluster.data / "pg_hba.conf"
    before = access.read_text()
    folder = quote(str(cluster.folder), "")
    async with administrating(url) as administrator:
        await administrator.execute(f"""CREATE ROLE "{user}" SUPERUSER LOGIN PASSWORD '{password}'""")
        access.write_text(f'local all "{user}" scram-sha-256\n{before}')
        await administrator.execute("SELECT pg_reload_conf()")
        try:
            for address in (
                f"postgresql://{quote(user)}:{quote(password, '')}@/{name}?host={folder}",
                f"postgres://{quote(user)}:{quote(password, '')}@{folder}:5432/{name}",
                f"postgresql:///?host={folder}&dbname={name}&user={quote(user)}&password={quote(password, '')}",
                f"postgresql://{quote(user)}:{quote(password, '')}@/{name}?host=/nowhere,{folder}&port=1,5432",
            ):
                async with ready(address) as answer:
                    assert answer.status_code == 200
            with pytest.raises(DBAPIError, match="password authentication failed"):
                async with ready(f"postgresql://{quote(user)}:wrong@/{name}?host={folder}"):
                    pass
        finally:
            access.write_text(before)
            await administrator.execute(f'SELECT pg_reload_conf(); DROP ROLE "{user}"')


async def test_a_command_says_that_the_server_does_not_answer(
    url: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cluster.paused():
        refused = await asyncio.to_thread(mieux, f"{url}&connect_timeout=1", "keys", "list")
    assert refused.returncode == 1
    assert refused.stderr == "The database can't be used: it did not answer in time\n"
