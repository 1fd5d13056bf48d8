"""One of each kind of record that can be edited: what is sent, and what is read then."""

from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from app.core.listing import API

_numbers = count(1)


@dataclass(frozen=True)
class Kind:
    """A resource, with bodies that make a record of it. `*` in a text stands for a number that is used once."""

    path: str
    minimal: dict[str, Any]
    """Only what is needed."""
    defaults: dict[str, Any]
    """What is read of the other fields then."""
    full: dict[str, Any]
    """Every field, references as bare codes, slugs and ids."""
    embedded: dict[str, Any]
    """What is read instead of those references."""
    patch: dict[str, Any]
    """A change of one field."""
    key: str = "id"

    @property
    def url(self) -> str:
        """The address of the list."""
        return f"{API}{self.path}"

    def minimal_body(self) -> dict[str, Any]:
        """A body that was never sent before."""
        return _numbered(self.minimal)

    def full_body(self) -> dict[str, Any]:
        """A body that was never sent before."""
        return _numbered(self.full)

    def address(self, record: dict[str, Any]) -> str:
        """The address of a record."""
        return f"{self.url}/{record[self.key]}"

    async def create(self, client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
        """A new record."""
        response = await client.post(self.url, json=self.minimal_body() | changes)
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.json()
        return created


def _numbered(body: dict[str, Any]) -> dict[str, Any]:
    number = str(next(_numbers))
    return {name: value.replace("*", number) if isinstance(value, str) else value for name, value in body.items()}


async def tag(client: httpx.AsyncClient, url: str) -> dict[str, str]:
    """The header that a change of the record at this address needs."""
    response = await client.get(url)
    assert response.status_code == 200, response.text
    return {"If-Match": response.headers["ETag"]}


ASIA = {"slug": "asia", "name": "Asia"}
KYRGYZSTAN = {"code": "KG", "name": "Kyrgyzstan"}
PHILIPPINES = {"code": "PH", "name": "Philippines"}

ACTIONS = Kind(
    "/actions",
    minimal={"title": "Action *"},
    defaults={
        "objective": None, "summary": None, "region": None, "countries": [], "themes": [], "partners": [],
        "start": None, "end": None, "confirmed_on": None, "status": "planned", "follows": None, "source": None,
        "version": 1,
        "counts": {"activities": 0, "deployments": 0, "outputs": 0},
        "activities": [], "deployments": [], "outputs": [],
    },
    full={
        "slug": "an-action-of-its-own-*", "title": "Kyrgyzstan, Philippines: asylum *", "objective": "To learn.",
        "summary": "Learned.\n\nA second paragraph.", "region": "asia", "countries": ["PH", "KG"],
        "themes": ["visa-policy", "asylum"], "partners": [2, 1], "start": "2012-03", "end": "2013",
        "confirmed_on": "2014-05-31", "follows": 1, "source": 1,
    },
    embedded={
        "region": ASIA,
        "countries": [PHILIPPINES, KYRGYZSTAN],
        "themes": [{"slug": "visa-policy", "name": "Visa policy"}, {"slug": "asylum", "name": "Asylum"}],
        "partners": [
            {"id": 2, "name": "Cambodian Immigration Department", "acronym": None},
            {"id": 1, "name": "State Migration Service of Azerbaijan", "acronym": None},
        ],
        "status": "completed",
    },
    patch={"summary": "Changed."},
)  # fmt: skip

ACTIVITIES = Kind(
    "/activities",
    minimal={"action": 1, "type": "training", "title": "Activity *"},
    defaults={
        "description": None, "start": None, "end": None, "place": None, "country": None, "sessions": 1,
        "status": None, "source_quote": None,
    },
    full={
        "action": 1, "position": 2, "type": "study-visit", "title": "Activity *", "description": "A visit.",
        "start": "2010-09-13", "end": "2010-09-17", "place": "Osh", "country": "KG", "sessions": 3,
        "source_quote": "They visited Osh.",
    },
    embedded={"country": KYRGYZSTAN, "status": "completed"},
    patch={"place": "Jalal-Abad"},
)  # fmt: skip

DEPLOYMENTS = Kind(
    "/deployments",
    minimal={"action": 1},
    defaults={
        "activity": None, "sending_country": None, "origin": None, "organisation_type": "unspecified",
        "organisation": None, "experts_count": None, "is_eu_member_state": None, "source_quote": None,
    },
    full={
        "action": 1, "activity": 1, "sending_country": "PH", "origin": "ASEAN", "organisation_type": "academia",
        "organisation": "University of the Philippines", "experts_count": 4, "source_quote": "Four experts came.",
    },
    embedded={"sending_country": PHILIPPINES, "is_eu_member_state": False},
    patch={"experts_count": 5},
)  # fmt: skip

OUTPUTS = Kind(
    "/outputs",
    minimal={"action": 1, "kind": "report", "title": "Output *"},
    defaults={"languages": [], "published": None, "source_quote": None},
    full={
        "action": 1, "kind": "film", "title": "Output *", "languages": ["ru", "ky"], "published": "2014-05-06",
        "source_quote": "A film was shown.",
    },
    embedded={},
    patch={"languages": ["ky"]},
)  # fmt: skip

THEMES = Kind(
    "/themes",
    minimal={"name": "Theme *", "pillar": "horizontal"},
    defaults={"description": None},
    full={"slug": "a-theme-of-its-own-*", "name": "A theme *", "pillar": "horizontal", "description": "About it."},
    embedded={},
    patch={"description": "Changed."},
    key="slug",
)

PARTNERS = Kind(
    "/partners",
    minimal={"name": "Partner *"},
    defaults={"acronym": None, "country": None},
    full={"name": "A partner *", "acronym": "AP", "country": "KG"},
    embedded={"country": KYRGYZSTAN},
    patch={"acronym": "P"},
)

PUBLICATIONS = Kind(
    "/publications",
    minimal={"title": "Publication *"},
    defaults={"languages": [], "url": None, "region": None},
    full={"title": "A publication *", "languages": ["en", "fr"], "url": "https://example.org/*.pdf", "region": "asia"},
    embedded={"region": ASIA},
    patch={"languages": ["fr"]},
)

SOURCES = Kind(
    "/sources",
    minimal={"title": "Source *"},
    defaults={"publisher": None, "url": None, "as_of": None, "funder": None},
    full={
        "title": "A source *", "publisher": "A publisher", "url": "https://example.org/*", "as_of": "2015",
        "funder": "A funder",
    },
    embedded={},
    patch={"as_of": "2015-12"},
)  # fmt: skip

KINDS = (ACTIONS, ACTIVITIES, DEPLOYMENTS, OUTPUTS, THEMES, PARTNERS, PUBLICATIONS, SOURCES)
