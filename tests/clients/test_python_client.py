"""The Python client against a running service: pages, figures, tables, changes, retries."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from app.schema import ROOT
from scripts.clients import generated
from tests.conftest import Sqlite
from tests.running.service import Service, serve_seeded

sys.path.insert(0, str(ROOT / "clients" / "python"))

from mieux_client import (
    AsyncRegistry,
    Forbidden,
    Invalid,
    NotFound,
    Registry,
    StaleRecord,
    Unavailable,
)

KEY = "mx_set-by-the-administrator"


@pytest.fixture(scope="module")
def service(sqlite_server: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the seed data."""
    with serve_seeded(sqlite_server, tmp_path_factory.mktemp("service"), bootstrap_key=KEY) as running:
        yield running


@pytest.fixture
def registry(service: Service) -> Iterator[Registry]:
    with Registry(service.address, key=KEY) as made:
        yield made


@pytest.fixture
async def asynchronous(service: Service) -> AsyncIterator[AsyncRegistry]:
    async with AsyncRegistry(service.address, key=KEY) as made:
        yield made


def test_generated_files_are_what_the_script_writes() -> None:
    for file, text in generated().items():
        assert file.read_text("utf-8") == text, f"run `make openapi-surface`: {file.name} is out of date"


def test_the_client_is_typed(tmp_path: Path) -> None:
    used = tmp_path / "used.py"
    used.write_text(
        "from mieux_client import Registry\n\n"
        "for action in Registry().actions.list(theme='asylum'):\n"
        "    title: str = action['title']\n"
        "    start: str | None = action['start']\n"
        "Registry().partners.create({'name': 'IOM'})\n"
        "number: int = action['title']\n",
        "utf-8",
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--ignore-missing-imports", used]
    checked = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"MYPYPATH": str(ROOT / "clients" / "python")}
    )
    assert checked.stdout.count("error:") == 1, checked.stdout
    assert "used.py:7: error: Incompatible types in assignment" in checked.stdout


def test_a_list_comes_page_by_page(registry: Registry) -> None:
    activities = registry.activities.list(limit=7)
    records = list(activities)
    assert len({record["id"] for record in records}) == len(records) == activities.total == 67
    assert registry.actions.list(theme=["asylum", "border-management"], eu_member=True).total > 0


def test_figures_lists_and_searches_agree(registry: Registry) -> None:
    figure = registry.figure("deployments", by="member_state", activity_in="2013")
    assert figure.definition.startswith("Distinct deployments")
    for row in figure.rows:
        query = httpx.URL(row["href"]).params
        assert registry.deployments.list(**{name: query.get_list(name) for name in query}).total == row["value"]
    preset = registry.preset("actions-per-theme", country="KG")
    assert preset.totals["distinct"] == registry.actions.list(country="KG").total
    assert registry.headline()["figures"]["actions"]["value"] == 17
    assert registry.facets(country="KG")["total"] == preset.totals["distinct"]
    assert registry.search("trafficking")["items"]


def test_tables_for_pandas(registry: Registry) -> None:
    table = registry.figure("actions", by=["theme", "active_year"]).to_pandas()
    assert list(table.columns) == ["theme", "theme_label", "active_year", "active_year_label", "value"]
    assert len(registry.actions.list().to_pandas()) == 17
    assert registry.actions.list(q="nothing-of-the-kind").to_pandas().empty
    assert registry.file("actions", format="csv").startswith(b"id,slug,title")


def test_an_edit_names_what_was_read(registry: Registry) -> None:
    made = registry.actions.create({"title": "Armenia: Asylum", "countries": ["AM"]})
    seen = registry.actions.get(made["slug"])
    changed = registry.actions.update(made, {"start": "2016-02"})
    assert (changed["start"], changed["version"]) == ("2016-02", 2)
    with pytest.raises(StaleRecord):
        registry.actions.update(seen, {"start": "2017"})
    children = registry.activities.create_many(
        [{"action": changed["id"], "type": kind, "title": kind.title()} for kind in ("training", "workshop")]
    )
    assert [child["type"] for child in children] == ["training", "workshop"]
    registry.actions.delete(registry.actions.get(made["slug"]))
    with pytest.raises(NotFound):
        registry.actions.get(made["slug"])
    last = [change["operation"] for change in registry.changes() if change["entity"] == "actions"][-1]
    assert last == "delete"


def test_what_is_refused_says_why(registry: Registry, service: Service) -> None:
    with pytest.raises(Invalid, match="theme") as refused:
        registry.actions.list(theme="asylums").total  # noqa: B018 - a property that asks
    assert refused.value.errors[0]["parameter"] == "theme"
    assert refused.value.request_id
    with Registry(service.address) as reader, pytest.raises(Forbidden):
        reader.partners.create({"name": "IOM"})


def test_an_import_is_planned_and_committed(registry: Registry) -> None:
    plan = registry.plan_import(b"title,countries,start\nGhana: Visa Policy,GH,2016\n", "actions.csv")
    assert plan["summary"]["create"] == 1
    assert registry.commit_import(plan)["state"] == "committed"
    assert registry.actions.list(country="GH").total == 1


def test_what_was_lost_or_refused_for_now_is_sent_again_and_done_once(service: Service) -> None:
    sent: list[httpx.Request] = []
    outside = httpx.Client()

    def unreliable(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        if len(sent) == 1:
            return httpx.Response(503, headers={"Retry-After": "0"})
        if len(sent) == 2:  # it arrives, and the response gets lost
            outside.send(httpx.Request(request.method, request.url, headers=request.headers, content=request.content))
            raise httpx.ReadError("lost")
        answer = outside.send(
            httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        )
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    client = httpx.Client(transport=httpx.MockTransport(unreliable), headers={"Accept-Encoding": "identity"})
    with Registry(service.address, key=KEY, client=client) as registry:
        made = registry.partners.create({"name": "Sent three times"})
        assert len(sent) == 3
        assert len({request.headers["Idempotency-Key"] for request in sent}) == 1
        assert [row["name"] for row in registry.partners.list()].count("Sent three times") == 1
        registry.partners.delete(made)
    outside.close()


def test_a_change_whose_response_was_lost_is_not_repeated_and_patience_ends() -> None:
    asked: list[str] = []

    def lost(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        if request.method == "GET":
            return httpx.Response(200, json={"id": 1}, headers={"ETag": '"1"'})
        raise httpx.ReadError("lost")

    with Registry(client=httpx.Client(transport=httpx.MockTransport(lost))) as registry:
        record = registry.partners.get(1)
        with pytest.raises(httpx.ReadError):
            registry.partners.update(record, {"name": "IOM"})
    assert asked == ["GET", "PATCH"]
    busy = httpx.MockTransport(lambda _: httpx.Response(503, headers={"Retry-After": "0"}))
    with Registry(client=httpx.Client(transport=busy), retries=2) as registry, pytest.raises(Unavailable):
        registry.headline()


def test_what_has_not_changed_is_not_sent_again(service: Service) -> None:
    statuses: list[int] = []
    client = httpx.Client(event_hooks={"response": [lambda response: statuses.append(response.status_code)]})
    with Registry(service.address, client=client) as registry:
        first, second = registry.headline(), registry.headline()
    assert first == second
    assert statuses == [200, 304]


def test_addresses_below_a_path(sqlite_server: Sqlite, tmp_path: Path) -> None:
    with (
        serve_seeded(sqlite_server, tmp_path, public_url="/registry") as service,
        Registry(f"{service.address}/registry") as registry,
    ):
        assert len(list(registry.actions.list(limit=5))) == 17


@pytest.mark.anyio
async def test_the_asynchronous_client_does_the_same(asynchronous: AsyncRegistry) -> None:
    assert len([record async for record in asynchronous.outputs.list(limit=5)]) == 17
    assert await asynchronous.outputs.list().total() == 17
    assert (await asynchronous.preset("actions-per-year")).rows
    assert len(await asynchronous.themes.list().to_pandas()) == 21
    made = await asynchronous.partners.create({"name": "Made while others work"})
    changed = await asynchronous.partners.update(made, {"acronym": "MWOW"})
    with pytest.raises(StaleRecord):
        await asynchronous.partners.delete(made)
    await asynchronous.partners.delete(changed)
    assert [change["operation"] async for change in asynchronous.changes()][-1] == "delete"
