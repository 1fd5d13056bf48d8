"""Labels in the reader's language: by `lang=` or by `Accept-Language`, in every answer that shows them."""

import csv
from pathlib import Path

import httpx
import pytest

from app.core.languages import preferred
from app.insight.catalogue import DIMENSIONS
from app.reference import labels
from app.reference.vocabularies import VOCABULARIES, label_of
from tests.selection.making import API

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("FR-be", "fr"),
        ("pl, de;q=0.8, en;q=0.5", "de"),
        ("en;q=0.4, es;q=0.9, fr;q=0.9", "es"),
        ("de;q=0, *", "en"),
        ("pl, *;q=0.1", "en"),
        (";;q=x,fr;q=high,,es;q=0.1", "es"),
        ("\x00;q=1e999,de;q=nan", "en"),
        ("fr," * 5000, "fr"),
    ],
)
def test_the_header_is_read_as_its_standard_says(header: str, language: str) -> None:
    assert preferred(header) == language


def test_every_word_of_the_vocabularies_has_its_translations() -> None:
    with (Path(labels.__file__).parent / "words.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(all(row.values()) for row in rows)
    table = {(row["kind"], row["key"]): row["en"] for row in rows}
    assert len(table) == len(rows)
    for vocabulary in VOCABULARIES.values():
        assert {member.value: label_of(member) for member in vocabulary} == {
            member.value: table["vocabulary", member.value] for member in vocabulary
        }
    assert {dimension.none() for dimension in DIMENSIONS.values()} <= {key for kind, key in table if kind == "none"}


async def test_labels_are_in_the_language_that_is_asked_for(client: httpx.AsyncClient) -> None:
    async def action(query: str = "", **headers: str) -> dict[str, object]:
        answer = await client.get(f"{API}/actions/1{query}", headers=headers)
        found: dict[str, object] = answer.json()
        return {
            "countries": [country["name"] for country in found["countries"]],  # type: ignore[attr-defined]
            "themes": [theme["name"] for theme in found["themes"]][:1],  # type: ignore[attr-defined]
            "region": found["region"]["name"],  # type: ignore[index]
            "language": answer.headers["Content-Language"],
        }

    german = {"countries": ["Aserbaidschan"], "themes": ["Irreguläre Migration"], "region": "Asien", "language": "de"}
    assert await action("?lang=de") == german
    assert await action("", **{"Accept-Language": "de-AT"}) == german
    assert (await action("?lang=es", **{"Accept-Language": "de"}))["countries"] == ["Azerbaiyán"]
    assert (await action())["countries"] == ["Azerbaijan"]


async def test_figures_and_lists_keep_the_language_while_one_follows_them(client: httpx.AsyncClient) -> None:
    figure = (await client.get(f"{API}/aggregates?measure=actions&by=theme&by=country&lang=fr")).json()
    assert {"key": "KG", "label": "Kirghizstan"} in [row["country"] for row in figure["rows"]]
    assert figure["definition"].startswith("Actions distinctes, par thème et par pays partenaire")
    page = (await client.get(f"{figure['totals']['href']}&limit=2")).json()
    following = (await client.get(page["next"])).json()
    assert "Malaisie" in str((await client.get(f"{API}/countries?lang=fr&has_actions=true")).json())
    assert following["items"][0]["region"]["name"] == "Asie"
    outside, unknown = (await client.get(f"{API}/aggregates/deployments-per-member-state?lang=es")).json()["rows"][-2:]
    assert outside["member_state"] == {"key": "outside-eu", "label": "Fuera de la UE"}
    assert unknown["member_state"] == {"key": None, "label": "País no indicado"}


async def test_a_theme_that_was_named_anew_has_that_name_in_every_language(client: httpx.AsyncClient) -> None:
    read = await client.get(f"{API}/themes/asylum")
    renamed = await client.patch(
        f"{API}/themes/asylum", json={"name": "Asylum systems"}, headers={"If-Match": read.headers["ETag"]}
    )
    assert renamed.status_code == 200
    assert (await client.get(f"{API}/themes/asylum?lang=fr")).json()["name"] == "Asylum systems"
    assert (await client.get(f"{API}/themes/visa-policy?lang=fr")).json()["name"] == "Politique des visas"


async def test_what_is_kept_in_one_language_is_not_given_in_another(client: httpx.AsyncClient) -> None:
    english = await client.get(f"{API}/vocabularies/region")
    assert "Accept-Language" in english.headers["Vary"]
    headers = {"If-None-Match": english.headers["ETag"]}
    assert (await client.get(f"{API}/vocabularies/region", headers=headers)).status_code == 304
    french = await client.get(f"{API}/vocabularies/region", headers=headers | {"Accept-Language": "fr"})
    assert french.status_code == 200
    assert "Asie" in french.text


async def test_a_write_is_compared_with_what_was_read_in_any_language(client: httpx.AsyncClient) -> None:
    read = await client.get(f"{API}/actions/1?lang=fr")
    written = await client.patch(
        f"{API}/actions/1",
        json={"region": read.json()["region"]["slug"], "countries": read.json()["countries"]},
        headers={"If-Match": read.headers["ETag"], "Accept-Language": "es"},
    )
    assert written.status_code == 200
    assert written.json()["countries"] == [{"code": "AZ", "name": "Azerbaiyán"}]


async def test_another_language_is_refused_with_those_that_there_are(client: httpx.AsyncClient) -> None:
    for path in ("actions", "actions/1", "aggregates/actions-per-theme", "vocabularies", "countries/AZ"):
        refused = await client.get(f"{API}/{path}?lang=xx")
        assert refused.status_code == 422, path
        assert refused.json()["errors"][0]["parameter"] == "lang"
        assert refused.json()["errors"][0]["allowed"] == ["en", "fr", "de", "es"]
