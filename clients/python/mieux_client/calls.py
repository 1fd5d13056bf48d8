"""Every call of the API that the clients have, written once."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar, cast

from mieux_client import models
from mieux_client.exchange import API, Call, Request, adding, parameters
from mieux_client.records import Figure, Record

Read = TypeVar("Read", bound=Mapping[str, object])
Detail = TypeVar("Detail")
Create = TypeVar("Create")
Patch = TypeVar("Patch")


class ListCalls(Generic[Read, Detail]):
    """The calls of a resource that is read."""

    def __init__(self, name: str) -> None:
        self.url = f"{API}/{name}"

    def page(self, filters: Mapping[str, Any]) -> Request:
        """The first page; `next` of a page leads on."""
        return Request("GET", self.url, parameters({"limit": 500, **filters}))

    def total(self, filters: Mapping[str, Any]) -> Call[int]:
        """How many match."""
        response = yield Request("GET", self.url, parameters({**filters, "limit": 1}))
        return int(response.json()["total"])

    def get(self, key: int | str) -> Call[Record[Detail]]:
        """One record."""
        response = yield Request("GET", f"{self.url}/{key}")
        return _record(response.json(), response.headers["ETag"], f"{self.url}/{key}")


class EditCalls(ListCalls[Read, Detail], Generic[Read, Detail, Create, Patch]):
    """The calls of a resource that is edited."""

    def create(self, body: Create, idempotency_key: str | None) -> Call[Record[Detail]]:
        """Adds a record."""
        response = yield adding(self.url, body, idempotency_key)
        return _record(response.json(), response.headers["ETag"], response.headers["Location"])

    def create_many(self, bodies: list[Create], idempotency_key: str | None) -> Call[list[Read]]:
        """Adds up to 1,000 records, all or none."""
        response = yield adding(f"{self.url}/batch", {"items": bodies}, idempotency_key)
        return cast("list[Read]", response.json()["items"])

    def update(self, record: Record[Detail], changes: Patch) -> Call[Record[Detail]]:
        """Changes some fields."""
        headers = {"If-Match": record.etag, "Content-Type": "application/merge-patch+json"}
        response = yield Request("PATCH", record.address, headers=headers, json=changes)
        return _record(response.json(), response.headers["ETag"], record.address)

    def delete(self, record: Record[Detail]) -> Call[None]:
        """Deletes it."""
        yield Request("DELETE", record.address, headers={"If-Match": record.etag})


def _record(data: Any, etag: str, address: str) -> Record[Any]:
    return Record(data, etag, address)


def figure(measure: str, by: str | list[str], filters: Mapping[str, Any]) -> Call[Figure]:
    """Any figure."""
    response = yield Request("GET", f"{API}/aggregates", parameters({"measure": measure, "by": by, **filters}))
    return Figure(response.json())


def preset(name: str, filters: Mapping[str, Any]) -> Call[Figure]:
    """A figure by its name."""
    response = yield Request("GET", f"{API}/aggregates/{name}", parameters(filters))
    return Figure(response.json())


def headline(filters: Mapping[str, Any]) -> Call[models.Headline]:
    """What the facility says of itself."""
    response = yield Request("GET", f"{API}/headline", parameters(filters))
    return cast("models.Headline", response.json())


def facets(filters: Mapping[str, Any]) -> Call[models.Facets]:
    """The counts behind each value of each filter."""
    response = yield Request("GET", f"{API}/facets", parameters(filters))
    return cast("models.Facets", response.json())


def search(words: str, filters: Mapping[str, Any]) -> Call[models.SearchPage]:
    """Ranked hits."""
    response = yield Request("GET", f"{API}/search", parameters({"q": words, **filters}))
    return cast("models.SearchPage", response.json())


def file(path: str, filters: Mapping[str, Any]) -> Call[bytes]:
    """What an address answers, as it is."""
    response = yield Request("GET", f"{API}/{path.removeprefix(API).lstrip('/')}", parameters(filters))
    return response.content


def changes(after: str | None) -> Request:
    """The feed of changes, from the beginning or after a cursor."""
    return Request("GET", f"{API}/changes", parameters({"after": after, "limit": 500}))


def plan_import(content: bytes, name: str, options: Mapping[str, Any]) -> Call[models.ImportRead]:
    """What a file would record."""
    form = {option: str(value) for option, value in options.items() if value is not None}
    response = yield Request(
        "POST", f"{API}/imports", [("dry_run", "true")], files={"file": (name, content)}, form=form
    )
    return cast("models.ImportRead", response.json())


def commit_import(plan: models.ImportRead, options: Mapping[str, Any]) -> Call[models.ImportRead]:
    """Records a plan."""
    response = yield adding(f"{API}/imports/{plan['id']}/commit", dict(options))
    return cast("models.ImportRead", response.json())
