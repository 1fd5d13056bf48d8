"""The client for programs that do other things while they wait.

Written by `scripts/clients.py` from the synchronous one.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import httpx

from mieux_client import calls, models
from mieux_client.calls import Create, Detail, EditCalls, ListCalls, Patch, Read
from mieux_client.exchange import Cache, Call, Request, checked, full_url, seconds_to_wait
from mieux_client.records import Figure, Record, to_frame

if TYPE_CHECKING:
    import pandas

Result = TypeVar("Result")


class _Sender:
    """Sends the requests of a call, again where that may help."""

    def __init__(self, client: httpx.AsyncClient, address: str, retries: int, cache: Cache) -> None:
        self.client = client
        self._address = address
        self._retries = retries
        self._cache = cache

    async def run(self, call: Call[Result]) -> Result:
        """Does what a call asks for; gives what it makes of it."""
        try:
            request = next(call)
            while True:
                request = call.send(await self.send(request))
        except StopIteration as done:
            result: Result = done.value
            return result

    async def send(self, asked: Request) -> httpx.Response:
        """One response. Raises Problem, and httpx.TransportError where the service can't be reached."""
        request = self.client.build_request(
            asked.method,
            full_url(self._address, asked),
            headers=asked.headers,
            json=asked.json,
            files=asked.files,
            data=asked.form,
        )
        self._cache.ask(request)
        attempt = 0
        while True:
            lost: httpx.TransportError | None = None
            response: httpx.Response | None = None
            try:
                response = await self.client.send(request)
            except httpx.TransportError as error:
                lost = error
            wait = seconds_to_wait(asked, response, attempt, self._retries)
            if wait is None:
                if response is None:
                    assert lost is not None
                    raise lost
                return checked(self._cache.answer(request, response))
            attempt += 1
            await asyncio.sleep(wait)


class RecordList(Generic[Read]):
    """The records that match, in order: iterated over, they come page by page."""

    def __init__(self, sender: _Sender, listed: ListCalls[Read, Any], filters: Mapping[str, Any]) -> None:
        self._sender = sender
        self._calls = listed
        self._filters = filters

    async def __aiter__(self) -> AsyncIterator[Read]:
        """Each record."""
        request: Request | None = self._calls.page(self._filters)
        while request is not None:
            page = (await self._sender.send(request)).json()
            for item in page["items"]:
                yield item
            request = Request("GET", page["next"]) if page["next"] else None

    async def total(self) -> int:
        """How many they are."""
        return await self._sender.run(self._calls.total(self._filters))

    async def to_pandas(self) -> "pandas.DataFrame":
        """All of them as a table."""
        return to_frame([record async for record in self])


class Reading(Generic[Read, Detail]):
    """A resource that is read."""

    def __init__(self, sender: _Sender, name: str) -> None:
        self._sender = sender
        self._calls: ListCalls[Read, Detail] = ListCalls(name)

    def list(self, **filters: Any) -> RecordList[Read]:
        """The records that match, by the API's filters: `list(country=["KG", "TJ"], active_in="2013")`."""
        return RecordList(self._sender, self._calls, filters)

    async def get(self, key: int | str) -> Record[Detail]:
        """A record by its id, slug or code. Raises NotFound."""
        return await self._sender.run(self._calls.get(key))


class Editing(Reading[Read, Detail], Generic[Read, Detail, Create, Patch]):
    """A resource that is edited. Writing needs a key with the role `editor`."""

    def __init__(self, sender: _Sender, name: str) -> None:
        super().__init__(sender, name)
        self._edits: EditCalls[Read, Detail, Create, Patch] = EditCalls(name)

    async def create(self, body: Create, *, idempotency_key: str | None = None) -> Record[Detail]:
        """Adds a record, once, also where the response was lost on the way and the request is sent again."""
        return await self._sender.run(self._edits.create(body, idempotency_key))

    async def update(self, record: Record[Detail], changes: Patch) -> Record[Detail]:
        """Changes some fields of a record as it was read. Raises StaleRecord when someone else was first."""
        return await self._sender.run(self._edits.update(record, changes))

    async def delete(self, record: Record[Detail]) -> None:
        """Deletes a record as it was read. Raises StaleRecord when someone else was first."""
        await self._sender.run(self._edits.delete(record))


class BatchEditing(Editing[Read, Detail, Create, Patch], Generic[Read, Detail, Create, Patch]):
    """A resource of which many are added together."""

    async def create_many(self, bodies: "list[Create]", *, idempotency_key: str | None = None) -> "list[Read]":
        """Adds up to 1,000 records: all of them, or none."""
        return await self._sender.run(self._edits.create_many(bodies, idempotency_key))


class AsyncRegistry:
    """The registry at an address.

    `key` is needed for writing. `language` is that of labels: en, fr, de or es. A request that the service was too
    busy for (429, 503), or whose response was lost while it may be repeated, is sent up to `retries` times again. Of
    the last `cached` responses, what hasn't changed isn't sent again.
    """

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        *,
        key: str | None = None,
        language: str = "en",
        retries: int = 4,
        cached: int = 128,
        timeout: float = 60,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._client = client or httpx.AsyncClient(timeout=timeout)
        self._client.headers.update(headers)
        sender = self._sender = _Sender(self._client, address, retries, Cache(cached))
        self.actions: BatchEditing[models.ActionRead, models.ActionDetail, models.ActionCreate, models.ActionPatch] = (
            BatchEditing(sender, "actions")
        )
        self.activities: BatchEditing[
            models.ActivityRead, models.ActivityRead, models.ActivityCreate, models.ActivityPatch
        ] = BatchEditing(sender, "activities")
        self.deployments: BatchEditing[
            models.DeploymentRead, models.DeploymentRead, models.DeploymentCreate, models.DeploymentPatch
        ] = BatchEditing(sender, "deployments")
        self.outputs: BatchEditing[models.OutputRead, models.OutputRead, models.OutputCreate, models.OutputPatch] = (
            BatchEditing(sender, "outputs")
        )
        self.themes: Editing[models.ThemeRead, models.ThemeRead, models.ThemeCreate, models.ThemePatch] = Editing(
            sender, "themes"
        )
        self.partners: Editing[models.PartnerRead, models.PartnerRead, models.PartnerCreate, models.PartnerPatch] = (
            Editing(sender, "partners")
        )
        self.publications: Editing[
            models.PublicationRead, models.PublicationRead, models.PublicationCreate, models.PublicationPatch
        ] = Editing(sender, "publications")
        self.sources: Editing[models.SourceRead, models.SourceRead, models.SourceCreate, models.SourcePatch] = Editing(
            sender, "sources"
        )
        self.countries: Reading[models.CountryRead, models.CountryRead] = Reading(sender, "countries")
        self.regions: Reading[models.RegionRead, models.RegionRead] = Reading(sender, "regions")

    async def figure(self, measure: str, by: str | list[str], **filters: Any) -> Figure:
        """A measure by one or two dimensions: `figure("deployments", by="member_state", active_in="2013")`."""
        return await self._sender.run(calls.figure(measure, by, filters))

    async def preset(self, name: str, **filters: Any) -> Figure:
        """A figure by its name: `preset("actions-per-theme")`."""
        return await self._sender.run(calls.preset(name, filters))

    async def headline(self, **filters: Any) -> models.Headline:
        """What the facility publishes about itself, each figure with its definition."""
        return await self._sender.run(calls.headline(filters))

    async def facets(self, **filters: Any) -> models.Facets:
        """For the same filters, the count behind each value of each filter."""
        return await self._sender.run(calls.facets(filters))

    async def search(self, words: str, **filters: Any) -> models.SearchPage:
        """Ranked hits with highlighted fragments."""
        return await self._sender.run(calls.search(words, filters))

    async def file(self, path: str, **filters: Any) -> bytes:
        """A file: `file("actions", format="xlsx")`, `file("exports/registry.zip")`."""
        return await self._sender.run(calls.file(path, filters))

    async def changes(self, after: str | None = None) -> AsyncIterator[models.Change]:
        """What changed, in order, from the beginning or after a cursor (`<epoch>-<sequence>`)."""
        request = calls.changes(after)
        while True:
            page: models.ChangePage = (await self._sender.send(request)).json()
            for item in page["items"]:
                yield item
            if not page["items"]:
                return
            request = Request("GET", page["next"])

    async def plan_import(self, content: bytes, name: str, **options: Any) -> models.ImportRead:
        """What a page, table or workbook would record; nothing is recorded yet."""
        return await self._sender.run(calls.plan_import(content, name, options))

    async def commit_import(self, plan: models.ImportRead, **options: Any) -> models.ImportRead:
        """Records exactly what the plan shows. Raises Conflict when the record has moved, or conflicts are open."""
        return await self._sender.run(calls.commit_import(plan, options))

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        """Closed at the end of a `with`."""
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _at: TracebackType | None
    ) -> None:
        await self.close()
