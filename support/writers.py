"""Writers that remember what was acknowledged, whatever happens between them and the registry.

A writer repeats a request that wasn't answered until it knows what became of it, as a careful client does: a POST with
its `Idempotency-Key`, a PATCH and a DELETE after it has read the record again. Every text that it writes occurs once.
"""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.core.listing import API

ACTIONS = 17
"""How many actions the seed has; all writers share them."""
REPEATED = {408, 429, 500, 503}
"""Answers after which a client may send a request again."""
PAUSE = 0.1
PATIENCE = 90
"""For how many seconds a writer repeats a request."""


@dataclass
class Ledger:
    """What there must be: for each text that was written, the states in which its record may be found."""

    records: dict[str, set[str | None]] = field(default_factory=dict)
    """By the title that a record was created with: the titles that it may have now; None when it may be gone."""
    marks: dict[str, set[bool]] = field(default_factory=dict)
    """Marks that were added to the summaries of shared actions: whether they may be there, or missing."""
    acknowledged: int = 0
    replays: int = 0
    """POSTs that were answered with what an earlier sending had done."""
    repeated: Counter[str] = field(default_factory=Counter)
    """Why requests were sent again."""
    uncertain: bool = False
    """Whether what is acknowledged may be gone by definition: between a backup and its restore."""
    generation: int = 0
    """Counts the restores."""
    server_errors: list[str] = field(default_factory=list)

    def attempt(self, states: set[Any], after: Any) -> "Attempt":
        """A change is about to be sent, after which its subject has the state `after`."""
        states.add(after)
        return Attempt(self, states, after, self.generation, self.uncertain)

    def begin_uncertainty(self) -> None:
        """A backup is about to be made that will be restored."""
        self.uncertain = True

    def end_uncertainty(self) -> None:
        """The backup is restored."""
        self.uncertain = False
        self.generation += 1


@dataclass
class Attempt:
    """A change whose answer is awaited."""

    ledger: Ledger
    states: set[Any]
    after: Any
    generation: int
    uncertain: bool

    def acknowledge(self) -> None:
        """It was answered. It counts, and its subject has the new state alone, unless a restore may have undone it."""
        self.ledger.acknowledged += 1
        if not self.uncertain and not self.ledger.uncertain and self.generation == self.ledger.generation:
            self.states.clear()
            self.states.add(self.after)


class GaveUp(RuntimeError):
    """A request was refused for good, or repeated for too long."""


class Writer:
    """One client that writes until it is told to stop."""

    def __init__(self, number: int, address: str, key: str, ledger: Ledger) -> None:
        self.number, self.ledger = number, ledger
        self.cuts = False
        """Whether connections are closed at random while an answer is awaited."""
        self._address, self._key = address, key
        self._random = random.Random(number)
        self._count = 0
        self._own: list[tuple[str, str, str]] = []
        """Records that it may change: path, title at first, title now."""
        self._generation = 0

    async def write(self, stop: asyncio.Event) -> None:
        """One change after the other."""
        headers = {"Authorization": f"Bearer {self._key}"}
        async with httpx.AsyncClient(base_url=self._address, headers=headers, timeout=60) as client:
            while not stop.is_set():
                if self._generation != self.ledger.generation or self.ledger.uncertain:
                    self._own.clear()  # a restore may have taken them, or may be about to
                    self._generation = self.ledger.generation
                self._count += 1
                chosen = self._random.random()
                if self._own and chosen < 0.2:
                    await self._rename(client)
                elif self._own and chosen < 0.35:
                    await self._delete(client)
                elif chosen < 0.5:
                    await self._mark(client)
                else:
                    await self._create(client)

    async def _send(self, client: httpx.AsyncClient, method: str, path: str, **request: Any) -> httpx.Response | None:
        """The answer, or None when there was none, or one that says to send again."""
        try:
            sending = client.request(method, f"{API}/{path}", **request)
            if self.cuts and self._random.random() < 0.2:
                async with asyncio.timeout(self._random.uniform(0.001, 0.05)):
                    answer = await sending
            else:
                answer = await sending
        except (httpx.TransportError, TimeoutError) as error:
            self.ledger.repeated[type(error).__name__] += 1
            await asyncio.sleep(PAUSE)
            return None
        if answer.status_code not in REPEATED:
            return answer
        self.ledger.repeated[str(answer.status_code)] += 1
        if answer.status_code == 500:
            self.ledger.server_errors.append(f"{method} {path}: {answer.text}")
        await asyncio.sleep(min(float(answer.headers.get("Retry-After", PAUSE)), 1))
        return None

    async def _until_answered(
        self, client: httpx.AsyncClient, method: str, path: str, **request: Any
    ) -> httpx.Response:
        async with asyncio.timeout(PATIENCE):
            while (answer := await self._send(client, method, path, **request)) is None:
                pass
            return answer

    async def _create(self, client: httpx.AsyncClient) -> None:
        name = f"record w{self.number}-{self._count}."
        action = self._random.randint(1, ACTIONS)
        path, body = self._random.choice(
            (
                ("activities", {"action": action, "type": "training", "title": name}),
                ("outputs", {"action": action, "kind": "handbook", "title": name}),
                ("partners", {"name": name}),
            )
        )
        attempt = self.ledger.attempt(self.ledger.records.setdefault(name, {None}), name)
        answer = await self._until_answered(client, "POST", path, json=body, headers={"Idempotency-Key": name})
        if answer.status_code != 201:
            raise GaveUp(f"POST {path}: {answer.status_code} {answer.text}")
        self.ledger.replays += "Idempotent-Replay" in answer.headers
        attempt.acknowledge()
        self._own.append((f"{path}/{answer.json()['id']}", name, name))

    async def _rename(self, client: httpx.AsyncClient) -> None:
        place = self._random.randrange(len(self._own))
        path, first, _ = self._own[place]
        new = f"{first} renamed {self._count}"
        attempt = self.ledger.attempt(self.ledger.records[first], new)
        field_name = "name" if path.startswith("partners") else "title"
        async with asyncio.timeout(PATIENCE):
            while True:
                read = await self._until_answered(client, "GET", path, headers={"Cache-Control": "no-cache"})
                if self._is_lost(read, attempt):
                    return
                if read.status_code != 200:
                    raise GaveUp(f"GET {path}: {read.status_code} {read.text}")
                if read.json()[field_name] == new:  # it was done before its answer was lost
                    break
                headers = {"If-Match": read.headers["ETag"]}
                answer = await self._send(client, "PATCH", path, json={field_name: new}, headers=headers)
                if answer is not None and answer.status_code == 200:
                    break
                if answer is not None and answer.status_code not in {404, 412}:
                    raise GaveUp(f"PATCH {path}: {answer.status_code} {answer.text}")
        attempt.acknowledge()
        if place < len(self._own):
            self._own[place] = (path, first, new)

    async def _delete(self, client: httpx.AsyncClient) -> None:
        path, first, _ = self._own.pop(self._random.randrange(len(self._own)))
        attempt = self.ledger.attempt(self.ledger.records[first], None)
        async with asyncio.timeout(PATIENCE):
            while True:
                read = await self._until_answered(client, "GET", path, headers={"Cache-Control": "no-cache"})
                if read.status_code == 404:
                    break
                answer = await self._send(client, "DELETE", path, headers={"If-Match": read.headers["ETag"]})
                if answer is not None and answer.status_code in {204, 404}:
                    break
                if answer is not None and answer.status_code != 412:
                    raise GaveUp(f"DELETE {path}: {answer.status_code} {answer.text}")
        attempt.acknowledge()

    async def _mark(self, client: httpx.AsyncClient) -> None:
        """Adds a mark to the summary of an action that all writers share: whose change is lost, that is seen."""
        mark = f"mark-w{self.number}-{self._count}."
        path = f"actions/{self._random.randint(1, ACTIONS)}"
        attempt = self.ledger.attempt(self.ledger.marks.setdefault(mark, {False}), True)
        async with asyncio.timeout(PATIENCE):
            while True:
                read = await self._until_answered(client, "GET", path, headers={"Cache-Control": "no-cache"})
                summary = read.json()["summary"] or ""
                if mark in summary:
                    break
                headers = {"If-Match": read.headers["ETag"]}
                answer = await self._send(client, "PATCH", path, json={"summary": f"{summary} {mark}"}, headers=headers)
                if answer is not None and answer.status_code == 200:
                    break
                if answer is not None and answer.status_code != 412:
                    raise GaveUp(f"PATCH {path}: {answer.status_code} {answer.text}")
        attempt.acknowledge()

    def _is_lost(self, read: httpx.Response, attempt: Attempt) -> bool:
        """Whether a restore has taken the record in the meantime."""
        return read.status_code == 404 and (self.ledger.uncertain or self.ledger.generation != attempt.generation)


async def write_until(
    writers: list[Writer], ledger: Ledger, *, acknowledged: int, seconds: float, faults: Any = None
) -> None:
    """Lets writers write until that many changes more are acknowledged, or the time is over, and until the fault that
    happens meanwhile is over.

    Raises what a writer or the fault raises.
    """
    stop, target = asyncio.Event(), ledger.acknowledged + acknowledged
    writing = [asyncio.create_task(writer.write(stop)) for writer in writers]
    fault = None if faults is None else asyncio.create_task(faults)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while ledger.acknowledged < target and not any(task.done() for task in writing):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        if fault is not None:
            await fault
    except BaseException:
        for task in writing:
            task.cancel()
        raise
    finally:
        stop.set()
        results = await asyncio.gather(*writing, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
