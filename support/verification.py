"""Compares a registry with what its writers know: nothing lost or doubled, feed and history equal to the record."""

import asyncio
import time
from collections import Counter
from typing import Any

import httpx

from app.core.listing import API
from support.clone import Clone, assert_is_exact
from support.writers import ACTIONS, PATIENCE, Ledger

NAMED = {"activities": "title", "outputs": "title", "partners": "name"}
"""What writers create, and the field with its name."""
CLOCKS = {"updated_at"}
"""A record and its history each read the clock when they are written, some milliseconds apart."""


class Reader:
    """Follows the feed of changes all the time, and builds a copy from it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = httpx.AsyncClient(base_url=address, timeout=60)
        self.clone = Clone()
        self._epoch = ""
        self.restores_noticed = 0
        self.changes = 0
        """How many were read, all copies together."""

    async def get(self, url: str) -> dict[str, Any]:
        """The JSON at an address, from the database's present state, asked for until it is answered."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                answer = await self._client.get(url, headers={"Cache-Control": "no-cache"})
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == 200:
                found: dict[str, Any] = answer.json()
                return found
            if answer.status_code == 410:
                raise Restored
            if answer.status_code not in {429, 503}:
                raise AssertionError(f"GET {url}: {answer.status_code} {answer.text}")
            await asyncio.sleep(0.1)
        raise TimeoutError(f"GET {url}: no answer in {PATIENCE} seconds")

    async def follow(self) -> None:
        """Reads the feed up to its end, from its beginning when a restore has made it another one."""
        while True:
            cursor = f"{self._epoch}-{self.clone.sequence}" if self._epoch else "0"
            try:
                page = await self.get(f"{API}/changes?after={cursor}&limit=500")
            except Restored:
                self.restores_noticed += 1
                self.clone, self._epoch = Clone(), ""
                continue
            self._epoch = page["epoch"]
            for change in page["items"]:
                self.clone.apply(change)  # asserts that there is neither a gap nor a repetition
            self.changes += len(page["items"])
            if self.clone.sequence >= page["latest"]:
                return

    async def keep_following(self, stop: asyncio.Event) -> None:
        """Until it is stopped."""
        while not stop.is_set():
            await self.follow()
            await asyncio.sleep(0.2)

    async def close(self) -> None:
        """Closes its connections."""
        await self._client.aclose()


class Restored(Exception):
    """The feed that was followed is no more."""


async def verify(reader: Reader, ledger: Ledger) -> list[str]:
    """What is wrong, a line each. Nobody must be writing."""
    await reader.follow()
    wrong = [f"server error: {text}" for text in ledger.server_errors]
    try:
        await assert_is_exact(reader.clone, reader.get)
    except AssertionError as error:
        wrong.append(f"the copy that the feed builds is not the record: {str(error)[:2000]}")
    wrong += _compare_records(reader.clone, ledger)
    wrong += _compare_marks(reader.clone, ledger)
    wrong += await _compare_histories(reader)
    return wrong


def _compare_records(clone: Clone, ledger: Ledger) -> list[str]:
    found: dict[str, list[str]] = {}
    for entity, name in NAMED.items():
        for facts in clone.records[entity].values():
            if facts[name].startswith("record w"):
                found.setdefault(facts[name].partition(" renamed ")[0], []).append(facts[name])
    wrong = [f"doubled: {names}" for names in found.values() if len(names) > 1]
    wrong += [f"nobody's: {first}" for first in found.keys() - ledger.records.keys()]
    for first, states in ledger.records.items():
        (state, *_) = found.get(first, [None])
        if state not in states:
            wrong.append(f"lost: {first!r} is {state!r}, and {states} was acknowledged")
    return wrong


def _compare_marks(clone: Clone, ledger: Ledger) -> list[str]:
    words = Counter(word for facts in clone.records["actions"].values() for word in (facts["summary"] or "").split())
    return [
        f"{'doubled' if words[mark] > 1 else 'lost'}: {mark} is there {words[mark]} times"
        for mark, states in ledger.marks.items()
        if words[mark] > 1 or bool(words[mark]) not in states
    ]


async def _compare_histories(reader: Reader) -> list[str]:
    """The history of each action has every version once, and the last one is what the record shows."""
    wrong = []
    for action in range(1, ACTIONS + 1):
        path = f"{API}/actions/{action}"
        present = await reader.get(path)
        versions: list[int] = []
        while True:
            page = await reader.get(f"{path}/history?limit=500&offset={len(versions)}")
            versions += [revision["version"] for revision in page["items"]]
            if len(versions) >= page["total"] or not page["items"]:
                break
        if versions != list(range(present["version"], 0, -1)):
            wrong.append(f"the history of action {action} at version {present['version']} has gaps: {versions}")
        past = await reader.get(f"{path}/history/{present['version']}")
        fields = [name for name in present if present[name] != past.get(name) and name not in CLOCKS]
        if fields:
            wrong.append(f"the last version of action {action} is not what the record shows: {fields}")
    return wrong
