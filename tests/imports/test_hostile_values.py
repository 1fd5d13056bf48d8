"""Whatever stands in a field, an import answers with a plan or says what is wrong, and never fails."""

import json
import random
from typing import Any

import httpx
import pytest

from tests.imports.sending import API, IMPORTS, named

pytestmark = pytest.mark.anyio
ROUNDS = 30
VALUES: list[Any] = [
    "", " ", "\x00", "a\x00b", "none", "1", "x" * 400, "x" * 30_000, "\n", "a\nb", 0, -1, 1, 2**31, 2**63, 2**200, 1.5,
    1e300, True, None, [], {}, [None], [[]], [{}], {"id": 1}, {"id": "x"}, {"id": 2**70}, {"id": None, "name": "y"},
    {"name": 5}, {"code": "AZ"}, {"slug": "asylum"}, ["AZ", "AZ"], ["AZ"], "AZ", "2010", "2010-02-30", "٢٠١٠",
    {"title": "t"}, {"title": "\x00"}, {"title": "t", "as_of": "x"}, {"title": "t", "url": 5}, "é", "\u202e", [1],
    [1, 1], [2**40], ["a\x00"], 5.0, -(2**63), "=1+1", "x", float("inf"), [float("-inf")], {"id": float("inf")},
]  # fmt: skip
FIELDS = {
    "actions": "slug title objective summary region countries themes partners start end follows source id version "
    "activities deployments outputs status counts",
    "activities": "id action position type title description start end place country sessions status source_quote",
    "deployments": "id activity sending_country origin organisation_type organisation experts_count source_quote",
    "outputs": "id kind title languages published source_quote",
    "partners": "id name acronym country",
    "themes": "slug name pillar description",
    "publications": "id title languages url region",
    "sources": "id title publisher url as_of funder",
}


def strange(chance: random.Random) -> Any:
    """A document of actions and what they refer to, with strange values in a few fields."""
    action = named(f"strange-{chance.randrange(8)}", title=chance.choice(["Chad: A", "Chad: B"]))
    for _ in range(chance.randrange(1, 4)):
        kind = chance.choice(list(FIELDS)[:4])
        children = action.get(kind)
        target = children[0] if isinstance(children, list) and children else action
        if isinstance(target, dict):
            target[chance.choice(FIELDS[kind].split())] = chance.choice(VALUES)
    if chance.random() < 0.2:
        action.pop("slug", None)
    if chance.random() < 0.5:
        return [action]
    kind = chance.choice(list(FIELDS)[4:])
    return {
        "actions": [action],
        kind: [{name: chance.choice(VALUES) for name in FIELDS[kind].split() if chance.random() < 0.7}],
    }


async def test_no_value_makes_an_import_fail(shared: httpx.AsyncClient) -> None:
    chance = random.Random(20)
    recorded = 0
    for _ in range(ROUNDS):
        document = json.dumps(strange(chance)).replace("Infinity", "1e999")  # a number to JSON, and none to the record
        form = {"prefer": chance.choice(["ask", "new", "recorded"]), "on_reject": "skip"}
        for query in ("", "?dry_run=false"):
            answer = await shared.post(f"{IMPORTS}{query}", files={"file": ("x.json", document)}, data=form)
            assert answer.status_code in (200, 422), (answer.text, document)
            recorded += answer.status_code == 200
    assert recorded > ROUNDS
    for path in (IMPORTS, f"{API}/actions", f"{API}/changes", f"{API}/partners"):
        assert (await shared.get(path, params={"limit": 500})).status_code == 200
