"""Random questions, before and after random writes: the index follows the data, and counts what the lists show.

MIEUX_QUESTIONS asks more of them: 5,000 take some minutes.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.database import Database
from app.core.index.following import Index
from app.reference.countries import COUNTRIES, MEMBER_STATES, SUBREGIONS
from app.reference.vocabularies import ActivityType, OrganisationType, OutputKind, Pillar, Region, Status
from support.generated import generate
from tests.conftest import serving
from tests.contract.oracle import DIMENSIONS, MEASURES, NONE, Filters, Oracle
from tests.contract.reconciling import API, Record, check

pytestmark = pytest.mark.anyio

ACTIONS = 30
QUESTIONS = int(os.environ.get("MIEUX_QUESTIONS", "240"))
ROUNDS = 6
"""How often something is written between questions."""


class Chance:
    """Random questions and writes about some records."""

    def __init__(self, seed: int, oracle: Oracle) -> None:
        self.random = Random(seed)
        self.oracle = oracle

    def some(self, values: Any, *, none: bool = True) -> list[str]:
        """One to three of the values, or none of them."""
        chosen = self.random.sample([str(value) for value in values], self.random.randint(1, 3))
        return [*chosen[1:], NONE] if none and self.random.random() < 0.3 else chosen

    def day(self) -> date:
        """A day near those of the records."""
        return date(2008, 1, 1) + timedelta(self.random.randrange(7000))

    def date(self) -> str:
        """A date of any precision."""
        return self.day().isoformat()[: self.random.choice([4, 7, 10])]

    def interval(self) -> str:
        """A date, or an interval that may be open."""
        first, last = sorted([self.day(), self.day()])
        written = [first.isoformat()[: self.random.choice([4, 7, 10])], last.isoformat()]
        return self.random.choice([written[0], "/".join(written), f"{written[0]}/..", f"../{written[1]}"])

    def filters(self) -> Filters:
        """Up to three filters."""
        lists = self.oracle.lists
        known: dict[str, Any] = {
            "country": list(COUNTRIES)[:60],
            "subregion": list(SUBREGIONS),
            "region": list(Region),
            "theme": [theme["slug"] for theme in lists["themes"]],
            "pillar": list(Pillar),
            "partner": [partner["id"] for partner in lists["partners"]],
            "activity_type": list(ActivityType),
            "activity_country": list(COUNTRIES)[:60],
            "activity_status": list(Status),
            "sending_country": list(MEMBER_STATES),
            "member_state": [*MEMBER_STATES, "outside-eu"],
            "output_kind": list(OutputKind),
            "eu_member": ["true", "false", "none"],
            "organisation_type": list(OrganisationType),
        }
        filters: dict[str, list[str]] = {}
        for name in self.random.sample(
            [*known, "status", "active_in", "started_in", "ended_in", "activity_in", "deployed_in"], 3
        ):
            if self.random.random() < 0.5:
                continue
            if name == "status":
                filters[name] = self.some(Status, none=False)
            elif name in known:
                filters[name] = self.some(known[name])
            else:
                filters[name] = [self.interval() for _ in range(self.random.randint(1, 2))]
        return filters

    def question(self) -> tuple[str, list[str], Filters]:
        """A measure, dimensions and filters."""
        by = self.random.sample(DIMENSIONS, self.random.randint(1, 2))
        return self.random.choice([*MEASURES]), by, self.filters()


@pytest.fixture(scope="module")
async def service(seeded_url: str) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The seed and made-up actions, being served."""
    database = Database(seeded_url)
    async with database.write() as session:
        await generate(session, ACTIONS)
        await session.commit()
    await database.close()
    async with serving(seeded_url) as (app, client):
        client.headers["Accept-Encoding"] = "identity"
        yield app, client


async def test_random_questions_are_answered_right_between_random_writes(
    service: tuple[FastAPI, httpx.AsyncClient],
) -> None:
    app, client = service
    index: Index = app.state.index
    today = datetime.now(UTC).date()
    for turn in range(ROUNDS):
        record = Record(client, await Oracle.read(client, [today]), today)
        chance = Chance(turn, record.oracle)
        for _ in range(QUESTIONS // ROUNDS):
            measure, by, filters = chance.question()
            figure = await record.ask(measure, by, filters)
            check(record, measure, by, filters, figure)
            row = chance.random.choice([*figure["rows"], {**figure["totals"], "value": figure["totals"]["distinct"]}])
            assert await record.follow(measure, row["href"]) == row["value"], (measure, by, filters, row)
        for _ in range(15):
            await write(client, chance)
    assert index.loads == 1, "the index followed, and was not built again"


async def write(client: httpx.AsyncClient, chance: Chance) -> None:
    """One random write."""
    actions = (await client.get(f"{API}/actions?limit=500&sort=id")).json()["items"]
    action = chance.random.choice(actions)
    first, last = sorted([chance.day(), chance.day()])
    own = f"{API}/actions/{action['id']}"
    tag = {"If-Match": (await client.get(own)).headers["ETag"]}
    match chance.random.randrange(9):
        case 0:
            body = {"start": first.isoformat()[: chance.random.choice([4, 7])], "end": f"{last.year + 1}"}
            response = await client.patch(own, json=body, headers=tag)
        case 1:
            body = {
                "countries": chance.random.sample(list(COUNTRIES)[:60], 3),
                "themes": chance.random.sample([theme["slug"] for theme in chance.oracle.lists["themes"]], 2),
                "partners": [],
                "region": chance.random.choice([None, *map(str, Region)]),
            }
            response = await client.patch(own, json=body, headers=tag)
        case 2:
            response = await client.delete(own, headers=tag)
        case 3:
            body = {"title": f"Action {chance.random.random()}", "start": chance.date(), "countries": ["PH"]}
            response = await client.post(f"{API}/actions", json=body)
        case 4:
            body = {"action": action["id"], "type": chance.random.choice([*ActivityType]), "title": "Added"}
            response = await client.post(f"{API}/activities", json=body | {"start": chance.date()})
        case 5:
            body = {
                "action": action["id"],
                "organisation_type": chance.random.choice([*OrganisationType]),
                "sending_country": chance.random.choice([None, *MEMBER_STATES]),
                "experts_count": chance.random.choice([None, 3]),
            }
            response = await client.post(f"{API}/deployments", json=body)
        case 6:
            response = await move_or_delete(client, chance, action["id"])
        case 7:
            slug = chance.random.choice(chance.oracle.lists["themes"])["slug"]
            theme = await client.get(f"{API}/themes/{slug}")
            body = {"pillar": chance.random.choice([*Pillar])}
            response = await client.patch(theme.url.path, json=body, headers={"If-Match": theme.headers["ETag"]})
        case _:
            response = await client.post(f"{own}/history/1/restore", headers=tag)
            if response.status_code == 404:  # made by no change that the history knows
                return
    assert response.is_success or response.status_code == 409, response.text  # something refers to what would go


async def move_or_delete(client: httpx.AsyncClient, chance: Chance, action: int) -> httpx.Response:
    """Moves a child to an action, or deletes it."""
    name = chance.random.choice(["activities", "deployments", "outputs"])
    child = chance.random.choice((await client.get(f"{API}/{name}?limit=500")).json()["items"])
    own = await client.get(f"{API}/{name}/{child['id']}")
    tag = {"If-Match": own.headers["ETag"]}
    if name == "outputs" and chance.random.random() < 0.5:
        return await client.patch(own.url.path, json={"action": action}, headers=tag)
    return await client.delete(own.url.path, headers=tag)
