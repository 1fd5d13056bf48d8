"""A small client of the feed of changes: it applies them in order, and so builds a copy of the record."""

from collections.abc import Awaitable, Callable
from typing import Any

from app.core.partial_dates import PartialDate

Get = Callable[[str], Awaitable[dict[str, Any]]]
ENTITIES = ("actions", "activities", "deployments", "outputs", "themes", "partners", "publications", "sources")


class Clone:
    """The copy: for each list its records' facts by id."""

    def __init__(self) -> None:
        self.sequence = 0
        self.records: dict[str, dict[str, dict[str, Any]]] = {entity: {} for entity in ENTITIES}
        self.versions: dict[str, int] = {}

    def apply(self, change: dict[str, Any]) -> None:
        """One change; a gap or a repetition is an error."""
        assert change["sequence"] == self.sequence + 1, (self.sequence, change)
        self.sequence = change["sequence"]
        records = self.records[change["entity"]]
        if change["record"] is None:
            del records[change["id"]]
            return
        records[change["id"]] = change["record"]
        if change["entity"] == "actions":
            self.versions[change["id"]] = change["version"]

    async def follow(self, get: Get) -> list[dict[str, Any]]:
        """Reads the feed up to its end; gives the changes that were new."""
        found: list[dict[str, Any]] = []
        while True:
            page = await get(f"/api/v1/changes?after={self.sequence}&limit=500")
            for change in page["items"]:
                self.apply(change)
            found += page["items"]
            if self.sequence >= page["latest"]:
                return found


def facts_of(entity: str, item: dict[str, Any]) -> dict[str, Any]:
    """An item of a list with bare codes and ids, and without what the registry derives."""
    derived = {"status", "counts", "version", "created_at", "updated_at", "is_eu_member_state"}
    return {name: _bare(value) for name, value in item.items() if name not in derived}


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        return value.get("code") or value.get("slug") or value["id"]
    return value


def confirmed_on(action: dict[str, Any], sources: dict[str, dict[str, Any]]) -> str | None:
    """The last day on which an action's state is known: as it says, else that of its source."""
    source = sources.get(str(action["source"]))
    if action["vouched_for"]:
        return None
    return action["confirmed_on"] or (source and source["as_of"] and PartialDate(source["as_of"]).last_day.isoformat())


async def record_as_listed(get: Get) -> dict[str, dict[str, dict[str, Any]]]:
    """The record as its lists show it."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for entity in ENTITIES:
        found[entity] = {}
        url: str | None = f"/api/v1/{entity}?limit=500"
        while url:
            page = await get(url)
            for item in page["items"]:
                key = str(item["slug"] if entity == "themes" else item["id"])
                found[entity][key] = facts_of(entity, item)
            url = page["next"]
    return found


async def assert_is_exact(clone: Clone, get: Get) -> None:
    """The copy has exactly the records that the lists show, and their versions."""
    listed = await record_as_listed(get)
    for entity in ENTITIES:
        copied = {
            key: {name: value for name, value in facts.items() if name not in ("stated_status", "created_at")}
            for key, facts in clone.records[entity].items()
        }
        if entity == "actions":
            for facts in copied.values():
                facts["confirmed_on"] = confirmed_on(facts, clone.records["sources"])
                del facts["vouched_for"]
        assert copied == listed[entity], entity
    page = await get("/api/v1/actions?limit=500&fields=id,version")
    assert {str(item["id"]): item["version"] for item in page["items"]}.items() <= clone.versions.items()
