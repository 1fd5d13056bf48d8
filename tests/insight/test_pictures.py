"""Pictures of figures: they show the numbers of the JSON, say in words what they show, and look as they were asked."""

import re
import struct
import xml.etree.ElementTree as ET
from typing import Any

import httpx
import pytest

from app.core.languages import LabelLanguage
from app.insight.catalogue import BY_FILTER, DIMENSIONS, MEASURES, PRESETS
from app.insight.pictures import charts
from app.insight.pictures.lettering import elided, width_of, wrapped
from app.insight.pictures.schemes import SCHEMES, luminance
from app.insight.wording import wording_of
from app.reference.countries import COUNTRIES
from app.selection.filters import RecordFilters
from tests.work import steps

pytestmark = pytest.mark.anyio
API = "/api/v1/aggregates"
SVG = "{http://www.w3.org/2000/svg}"


async def picture(client: httpx.AsyncClient, path: str, **parameters: Any) -> ET.Element:
    """The SVG of a figure."""
    response = await client.get(f"{API}{path}", params={"format": "svg", **parameters})
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "image/svg+xml"
    return ET.fromstring(response.content)


def marks_of(svg: ET.Element) -> dict[str, tuple[int, str]]:
    """The value and address of each mark, by its keys."""
    return {
        link[0].attrib["data-keys"]: (int(link[0].attrib["data-value"]), link.attrib["href"])
        for link in svg.iter(f"{SVG}a")
    }


def texts_of(svg: ET.Element) -> list[str]:
    """What is written in the picture."""
    return [element[-1].tail or "" if len(element) else element.text or "" for element in svg.iter(f"{SVG}text")]


@pytest.mark.parametrize("width", [400, 1200])
async def test_every_preset_shows_the_numbers_of_its_json(rich: httpx.AsyncClient, width: int) -> None:
    for name, preset in PRESETS.items():
        answer = (await rich.get(f"{API}/{name}")).json()
        expected = {
            " ".join(row[dimension]["key"] or "none" for dimension in preset.by): (row["value"], row["href"])
            for row in answer["rows"]
        }
        svg = await picture(rich, f"/{name}", width=width)
        shown = marks_of(svg)
        left_out = sum(value for value, _ in expected.values()) - sum(value for value, _ in shown.values())
        assert shown.items() <= expected.items(), name
        assert len(shown) == len(expected) or any(f"add up to {left_out:,}." in text for text in texts_of(svg)), name
        if width == 1200 and len(preset.by) == 1:
            assert shown == expected, name
            assert {f"{value:,}" for value, _ in shown.values()} <= {*texts_of(svg)} | {"0"}, name


async def test_a_picture_says_what_it_shows(rich: httpx.AsyncClient) -> None:
    answer = (await rich.get(f"{API}/actions-per-region")).json()
    svg = await picture(rich, "/actions-per-region")
    title, description = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert (svg.attrib["role"], svg.attrib["aria-labelledby"]) == ("img", f"{title.get('id')} {description.get('id')}")
    assert title.text == "Actions per region"
    assert answer["definition"] in (description.text or "")
    for row in answer["rows"]:
        assert f"{row['region']['label']}: {row['value']}" in (description.text or "")
    assert f"Source: MIEUX Registry, as of {answer['as_of']}." in texts_of(svg)


async def test_texts_are_as_wide_as_planned_in_any_font(rich: httpx.AsyncClient) -> None:
    svg = await picture(rich, "/member-states-by-country", lang="fr")
    for text in svg.iter(f"{SVG}text"):
        written = "".join(text.itertext()) if text.find(f"{SVG}title") is None else text.find(f"{SVG}title").tail  # type: ignore[union-attr]
        planned = width_of(written or "", float(text.attrib["font-size"]), bold="font-weight" in text.attrib)
        assert float(text.attrib["textLength"]) == pytest.approx(planned, abs=0.01)


async def test_a_picture_speaks_the_language_that_was_asked_for(rich: httpx.AsyncClient) -> None:
    titles = {"fr": "Actions par région", "de": "Maßnahmen nach Region", "es": "Acciones por región"}
    for lang, title in titles.items():
        svg = await picture(rich, "/actions-per-region", lang=lang, country="PH")
        assert svg.attrib["lang"] == lang
        texts = texts_of(svg)
        assert texts[0] == title
        definition = (await rich.get(f"{API}/actions-per-region?lang={lang}&country=PH")).json()["definition"]
        assert " ".join(texts[1:]).startswith(definition)
        assert {"de": "Partnerland: Philippinen", "fr": "pays partenaire : Philippines", "es": "país socio: Filipinas"}[
            lang
        ] in definition


def pixels_of(png: bytes) -> tuple[int, int]:
    """The width and height of a PNG."""
    assert png.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


async def test_a_png_is_as_wide_as_asked(rich: httpx.AsyncClient) -> None:
    usual = await rich.get(f"{API}/themes-by-year?format=png")
    assert usual.headers["Content-Type"] == "image/png"
    assert pixels_of(usual.content)[0] == 900
    for width in (400, 2000):
        answer = await rich.get(f"{API}/themes-by-year?format=png&width={width}")
        assert pixels_of(answer.content)[0] == width
    again = await rich.get(f"{API}/themes-by-year?format=png&width=400")
    tag = again.headers["ETag"]
    same = await rich.get(f"{API}/themes-by-year?format=png&width=400", headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    other = await rich.get(f"{API}/themes-by-year?format=svg&width=400")
    assert other.headers["ETag"] != tag


async def test_a_page_can_show_a_picture_by_its_address_alone(rich: httpx.AsyncClient) -> None:
    accept = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
    answer = await rich.get(f"{API}/actions-per-theme", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert "Accept" in answer.headers["Vary"].split(", ")
    assert answer.headers["Content-Disposition"].startswith("inline; ")
    only_png = await rich.get(f"{API}/actions-per-theme", headers={"Accept": "image/png"})
    assert only_png.headers["Content-Type"] == "image/png"


async def test_the_ground_is_light_or_dark(rich: httpx.AsyncClient) -> None:
    async def ground(**parameters: str) -> str:
        svg = await picture(rich, "/actions-per-theme", **parameters)
        return next(svg.iter(f"{SVG}rect")).attrib["fill"]

    assert await ground() == await ground(scheme="light") == "#ffffff"
    assert await ground(scheme="dark") != "#ffffff"


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ("format=svg&width=399", "width"),
        ("format=png&width=2001", "width"),
        ("format=svg&width=wide", "width"),
        ("format=svg&scheme=blue", "scheme"),
        ("format=svg&theme=blue", "theme"),
        ("width=900", "width"),
        ("format=csv&scheme=dark", "scheme"),
        ("format=svg&theme=dark", "theme"),  # a theme of actions may be called so
    ],
)
async def test_what_no_picture_can_be_is_refused(rich: httpx.AsyncClient, parameters: str, name: str) -> None:
    answer = await rich.get(f"{API}/actions-per-theme?{parameters}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"].startswith(name)


async def test_where_nothing_matches_the_picture_says_so(rich: httpx.AsyncClient) -> None:
    for name in ("actions-per-theme", "actions-per-year", "themes-by-year"):
        svg = await picture(rich, f"/{name}", q="nothinghasthisword")
        assert marks_of(svg) == {}
        assert "No record matches." in texts_of(svg)


async def test_of_too_many_rows_the_first_are_shown_and_the_others_told(
    rich: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = (await rich.get(f"{API}/actions-per-country")).json()
    for module in ("bars", "heatmap"):
        monkeypatch.setattr(f"app.insight.pictures.{module}.MOST_ROWS", 3)
    svg = await picture(rich, "/actions-per-country")
    values = [row["value"] for row in answer["rows"]]
    assert [value for value, _ in marks_of(svg).values()] == values[:3]
    assert f"{len(values) - 3} more, for which there is no room, add up to {sum(values[3:])}." in texts_of(svg)


async def test_a_picture_has_only_so_many_cells(rich: httpx.AsyncClient) -> None:
    countries = [*COUNTRIES][:60]
    asked = {"measure": "actions", "by": ["country", "sending_country"], "country": countries, "include_empty": True}
    rows = (await rich.get(API, params=asked)).json()["rows"]
    assert len(rows) > 5 * charts.MOST_CELLS
    svg = await picture(rich, "", **asked)
    shown = marks_of(svg)
    assert charts.MOST_CELLS / 2 < len(shown) <= charts.MOST_CELLS
    assert any("for which there is no room" in text for text in texts_of(svg))


async def test_what_people_wrote_can_not_run_in_a_picture(client: httpx.AsyncClient) -> None:
    name = 'A </title><script>alert("1")</script> & <b>'
    partner = (await client.post("/api/v1/partners", json={"name": name})).json()["id"]
    await client.post("/api/v1/actions", json={"title": "Any", "partners": [partner]})
    answer = await client.get(API, params={"measure": "actions", "by": "partner", "format": "svg", "q": "script <any>"})
    svg = ET.fromstring(answer.content)
    assert not list(svg.iter(f"{SVG}script"))
    assert any(name in (title.text or "") for title in svg.iter(f"{SVG}title"))


@pytest.mark.parametrize("language", LabelLanguage)
def test_everything_that_can_be_counted_has_its_words(language: LabelLanguage) -> None:
    wording, english = wording_of(language), wording_of(LabelLanguage.EN)
    assert wording.measures.keys() == MEASURES.keys()
    assert wording.nouns.keys() == DIMENSIONS.keys()
    assert wording.definition.keys() >= MEASURES.keys()
    assert all(name in wording.filters or name in BY_FILTER for name in RecordFilters.declared())
    for texts, others in ((wording.picture, english.picture), (wording.definition, english.definition)):
        assert all(texts.values())
        assert {name: sorted(re.findall(r"\{\w+\}", text)) for name, text in texts.items()} == {
            name: sorted(re.findall(r"\{\w+\}", text)) for name, text in others.items()
        }


def test_texts_fit() -> None:
    text = "Ministry of Labour, Employment and Social Security of Myanmar"
    for most in (30, 80, 200, 1000):
        assert width_of(elided(text, 13, most), 13) <= most
        lines = wrapped(text, 13, most, lines=3)
        assert len(lines) <= 3
        assert all(width_of(line, 13) <= most for line in lines)
    assert " ".join(wrapped(text, 13, 200, lines=3)) == text
    assert wrapped("", 13, 100, lines=2) == []
    few, many = (steps(lambda: elided("W" * count, 13, 1000)) for count in (3_000, 30_000))  # noqa: B023 - run at once
    assert many < 10 * few * 1.5


@pytest.mark.parametrize("paint", SCHEMES.values(), ids=str)
def test_colours_can_be_told_apart_without_hue(paint: Any) -> None:
    def contrast(one: Any, other: Any) -> float:
        lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
        return (lighter + 0.05) / (darker + 0.05)

    assert contrast(paint.text, paint.ground) >= 7
    assert contrast(paint.quiet, paint.ground) >= 4.5
    assert contrast(paint.bar, paint.ground) >= 3
    shades = [paint.shade(number / 20) for number in range(21)]
    lightness = [luminance(shade) for shade in shades]
    assert lightness == sorted(lightness, reverse=luminance(paint.ground) > 0.5)
    assert all(contrast(paint.readable_on(shade), shade) >= 4.5 for shade in shades)
    assert charts.MOST_ROWS > 249  # every country has its bar
