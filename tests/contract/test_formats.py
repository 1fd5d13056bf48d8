"""Every format shows what the JSON shows: the same figures and records, read back by the libraries of analysts."""

import csv
import io
import json
import math
import warnings
from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

import httpx
import pytest
from pyjstat import pyjstat
from python_calamine import CalamineWorkbook

from app.core.formats.delimited import unguarded
from app.core.listing import API
from app.core.problems import MEDIA_TYPE
from app.insight.catalogue import PRESETS
from app.reference.countries import COUNTRIES
from tests.conftest import serving
from tests.described import expanded

pytestmark = pytest.mark.anyio

LISTS = (
    "actions", "activities", "deployments", "outputs", "themes", "partners", "publications", "sources", "countries",
    "regions",
)  # fmt: skip
HOSTILE = ("=1+1", "+41 22", "-5", "@SUM(A1)", "'=1", "''@x", "＝1+1")
PLAIN = ("5 - 3", "O'Brien", "'quoted'", "a=b", "")
FILTERS = ("", "region=asia&active_in=2012/2014", "q=zzzz")
COUNTRIES_OF = {"country", "sending_country", "member_state", "activity_country"}


@pytest.fixture(scope="module")
async def client(seeded_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the seed, with one action that would do harm in a spreadsheet."""
    async with serving(seeded_url) as (_, made):
        partners = []
        for number, name in enumerate(HOSTILE):
            answer = await made.post(f"{API}/partners", json={"name": f"{name} {number}", "acronym": name})
            assert answer.status_code == 201, answer.text
            partners.append(answer.json()["id"])
        body = {
            "title": "=cmd|' /C calc'!A0",
            "objective": 'Two lines,\na comma, "quotes" and a tab\there',
            "countries": ["PH", "KG"],
            "partners": partners,
            "start": "2015-03-09",
            "end": "2015",
        }
        assert (await made.post(f"{API}/actions", json=body)).status_code == 201
        yield made


async def get(client: httpx.AsyncClient, path: str, **headers: str) -> httpx.Response:
    """An answer that succeeded."""
    answer = await client.get(API + path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


async def table(client: httpx.AsyncClient, path: str) -> list[dict[str, str]]:
    """A CSV as records."""
    content = (await get(client, path)).content
    assert b"\n" not in content.replace(b"\r\n", b"").replace(b"Two lines,\na comma", b"")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """A workbook's sheets as rows."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def asked(path: str, **parameters: str) -> str:
    """The path with more parameters."""
    more = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"{path}{'&' if '?' in path else '?'}{more}"


# -- figures --


def figure_of(rows: list[dict[str, Any]], by: list[str]) -> list[tuple[Any, ...]]:
    """The keys, labels, value and address of each row of the JSON."""
    return [
        (*(part for name in by for part in (row[name]["key"], row[name]["label"])), row["value"], row["href"])
        for row in rows
    ]


async def test_every_preset_shows_the_same_numbers_in_every_table(client: httpx.AsyncClient) -> None:
    for preset in PRESETS.values():
        for filters in FILTERS:
            path = f"/aggregates/{preset.name}" + (f"?{filters}" if filters else "")
            figure = (await get(client, path)).json()
            by = figure["by"]
            expected = figure_of(figure["rows"], by)
            await assert_csv(client, path, by, expected)
            await assert_xlsx(client, path, by, expected, figure)
            await assert_jsonstat(client, path, by, figure)
            if COUNTRIES_OF & set(by):
                await assert_geojson(client, path, by, expected)


async def assert_csv(client: httpx.AsyncClient, path: str, by: list[str], expected: list[tuple[Any, ...]]) -> None:
    """The CSV has the rows of the JSON, and a header also without any."""
    lines = list(csv.reader(io.StringIO((await get(client, asked(path, format="csv"))).text)))
    assert lines[0] == [*(part for name in by for part in (name, f"{name}_label")), "value", "href"]
    read = [(*(cell or None for cell in row[:-2]), int(row[-2]), row[-1]) for row in lines[1:]]
    assert read == expected


async def assert_xlsx(
    client: httpx.AsyncClient, path: str, by: list[str], expected: list[tuple[Any, ...]], figure: dict[str, Any]
) -> None:
    """So does the workbook, whose codebook has the definition and the totals."""
    book = sheets((await get(client, asked(path, format="xlsx"))).content)
    read = [(*(cell or None for cell in row[:-2]), row[-2], row[-1]) for row in book["figure"][1:]]
    assert read == expected
    codebook = {row[0]: row[1] for row in book["codebook"]}
    assert codebook["definition"] == figure["definition"]
    assert codebook["as_of"] == figure["as_of"]
    assert codebook["total: distinct"] == str(figure["totals"]["distinct"])
    assert path in codebook["address"]


async def assert_jsonstat(client: httpx.AsyncClient, path: str, by: list[str], figure: dict[str, Any]) -> None:
    """So does the cube, whatever its axes are called."""
    text = (await get(client, asked(path, format="jsonstat"))).text
    cube = json.loads(text)
    assert cube["version"] == "2.0"
    assert cube["class"] == "dataset"
    assert cube["extension"]["totals"] == figure["totals"]
    expected = {tuple(row[name]["key"] or "none" for name in by): row["value"] for row in figure["rows"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pyjstat.Dataset.read(text).write("dataframe", naming="id")
    read = {
        tuple(str(row[name]) for name in by): int(row["value"])
        for row in frame.to_dict("records")
        if row["value"] is not None and not math.isnan(row["value"])
    }
    assert read == expected


async def assert_geojson(client: httpx.AsyncClient, path: str, by: list[str], expected: list[tuple[Any, ...]]) -> None:
    """So does the map, each feature on its country."""
    found = (await get(client, asked(path, format="geojson"))).json()
    assert found["type"] == "FeatureCollection"
    assert [tuple(feature["properties"].values()) for feature in found["features"]] == expected
    place = next(name for name in by if name in COUNTRIES_OF)
    for feature in found["features"]:
        code = feature["properties"][place]
        if code not in COUNTRIES:
            assert feature["geometry"] is None
        else:
            point = [COUNTRIES[code].longitude, COUNTRIES[code].latitude]
            assert feature["geometry"] == {"type": "Point", "coordinates": point}


@pytest.mark.parametrize("query", ["by=theme&by=status", "by=country&by=sending_country", "by=active_year"])
async def test_an_empty_cube_is_read_by_its_readers(client: httpx.AsyncClient, query: str) -> None:
    await assert_jsonstat(
        client,
        f"/aggregates?measure=actions&{query}&country=VA",
        query.removeprefix("by=").split("&by="),
        (await get(client, f"/aggregates?measure=actions&{query}&country=VA")).json(),
    )
    cube = (await get(client, "/aggregates/actions-per-theme?country=VA&format=jsonstat")).json()
    assert "asylum" in cube["dimension"]["theme"]["category"]["index"]


async def test_a_figure_of_two_dimensions_is_a_wide_table(client: httpx.AsyncClient) -> None:
    path = "/aggregates/themes-by-year"
    figure = (await get(client, path)).json()
    found = {(row["theme"]["key"] or "", row["active_year"]["label"]): row["value"] for row in figure["rows"]}
    themes = dict.fromkeys(theme for theme, _ in found)
    header, *lines = csv.reader(io.StringIO((await get(client, f"{path}?format=csv&shape=wide")).text))
    assert header[:2] == ["theme", "theme_label"]
    assert [line[0] for line in lines] == list(themes)
    assert {(line[0], year): int(cell) for line in lines for year, cell in zip(header[2:], line[2:], strict=True)} == {
        (theme, year): found.get((theme, year), 0) for theme in themes for year in header[2:]
    }
    content = (await get(client, f"{path}?format=xlsx&shape=wide")).content
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("figure").to_python()
    assert sheet[0] == header
    assert sheet[1][2:] == [int(cell) for cell in lines[0][2:]]
    empty = (await get(client, f"{path}?format=csv&shape=wide&country=VA")).text
    assert empty == "theme,theme_label\r\n"


@pytest.mark.parametrize(
    "query", ["/aggregates/themes-by-year?shape=wide", "/aggregates/actions-per-theme?shape=wide&format=csv"]
)
async def test_what_has_no_wide_table_is_refused(client: httpx.AsyncClient, query: str) -> None:
    refused = await client.get(API + query)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "shape"


# -- lists --


async def test_every_list_holds_the_same_records_in_every_format(client: httpx.AsyncClient) -> None:
    for name in LISTS:
        items = (await get(client, f"/{name}?limit=500")).json()["items"]
        lines = (await get(client, f"/{name}?format=ndjson")).text.splitlines()
        assert [json.loads(line) for line in lines] == items
        rows = await table(client, f"/{name}?format=csv")
        book = sheets((await get(client, f"/{name}?format=xlsx")).content)
        assert book[name][0] == list(rows[0])
        assert len(rows) == len(book[name]) - 1 == len(items)
        for item, row, cells in zip(items, rows, book[name][1:], strict=True):
            for column, cell in zip(row, cells, strict=True):
                assert same(cell, row[column]), (name, column)
            assert_flat(item, row)
        described = {row[1] for row in book["codebook"] if row[0] == name}
        assert set(rows[0]) == described
        assert all(row[3] for row in book["codebook"] if row[0] == name)


def same(cell: Any, written: str) -> bool:
    """Whether a cell of the workbook is what the CSV says."""
    match cell:
        case bool():
            return written == str(cell).lower()
        case float() | int():
            return float(written) == cell
        case datetime():
            return written == f"{cell.isoformat()}Z"
        case date():
            return written == cell.isoformat()
        case _:
            return bool(cell == unguarded(written))


def assert_flat(item: dict[str, Any], row: dict[str, str]) -> None:
    """A row says what the record says, with labels beside codes."""
    for name, value in item.items():
        match value:
            case {"name": label, **key}:
                first = next(iter(key.values()))
                assert (row[name], unguarded(row[f"{name}_name"])) == (str(first), label)
            case dict():
                assert {row[f"{name}_{part}"] for part in value} == {str(count) for count in value.values()}
            case [{"name": _}, *_]:
                keys = [str(next(iter(part.values()))) for part in value]
                assert row[name].split(";") == keys
                assert unguarded(row[f"{name}_names"]) == ";".join(part["name"] for part in value)
            case list():
                assert row[name] == ";".join(value)
            case None:
                assert row[name] == ""
            case bool():
                assert row[name] == str(value).lower()
            case _:
                assert unguarded(row[name]) == str(value)


async def test_no_cell_runs_as_a_formula(client: httpx.AsyncClient) -> None:
    rows = await table(client, "/partners?format=csv&sort=-id&limit=7")
    assert [row["acronym"] for row in rows][::-1] == [f"'{text}" for text in HOSTILE]
    book = sheets((await get(client, "/partners?format=xlsx&sort=-id&limit=7")).content)
    at = book["partners"][0].index("acronym")
    assert [row[at] for row in book["partners"][1:]][::-1] == list(HOSTILE)
    (row,) = await table(client, "/actions?format=csv&sort=-id&limit=1")
    assert row["title"] == "'=cmd|' /C calc'!A0"
    assert row["objective"] == 'Two lines,\na comma, "quotes" and a tab\there'


async def test_only_days_are_dates_in_a_workbook(client: httpx.AsyncClient) -> None:
    book = sheets((await get(client, "/actions?format=xlsx&sort=-id&limit=1")).content)
    cells = dict(zip(*book["actions"], strict=True))
    assert cells["start"] == date(2015, 3, 9)
    assert cells["end"] == "2015"
    assert isinstance(cells["created_at"], datetime)


async def test_a_list_without_records_has_a_header(client: httpx.AsyncClient) -> None:
    full = (await get(client, "/actions?format=csv")).text.splitlines()[0]
    assert (await get(client, "/actions?format=csv&q=zzzz")).text == f"{full}\r\n"
    assert (await get(client, "/actions?format=ndjson&q=zzzz")).text == ""
    assert (await get(client, "/actions?format=geojson&q=zzzz")).json()["features"] == []
    assert len(sheets((await get(client, "/actions?format=xlsx&q=zzzz")).content)["actions"]) == 1


async def test_a_byte_order_mark_is_for_csv_alone(client: httpx.AsyncClient) -> None:
    assert (await get(client, "/themes?format=csv&bom=true")).content.startswith(b"\xef\xbb\xbfslug,")
    assert (await get(client, "/aggregates/actions-per-theme?bom=true", Accept="text/csv")).content[
        :3
    ] == b"\xef\xbb\xbf"
    for path in ("/themes?bom=true", "/themes?bom=true&format=xlsx", "/aggregates/actions-per-theme?bom=true"):
        answer = await client.get(API + path)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "bom"


async def test_a_row_may_stand_for_a_link(client: httpx.AsyncClient) -> None:
    for unit, field, filters in (
        ("country", "country", ""),
        ("country", "country", "country=PH&country=AZ"),
        ("theme", "theme", "pillar=horizontal"),
        ("partner", "partner", "partner=none&partner=6"),
    ):
        rows = await table(client, f"/actions?format=csv&unit={unit}&{filters}")
        assert list(rows[0]).count(unit) == 1
        assert f"{unit}_name" in rows[0]
        counted: dict[str | None, int] = {}
        for row in rows:
            counted[row[unit] or None] = counted.get(row[unit] or None, 0) + 1
        figure = (await get(client, f"/aggregates?measure=actions&by={field}&{filters}")).json()
        assert counted == {row[field]["key"]: row["value"] for row in figure["rows"]}
    refused = await client.get(f"{API}/actions?unit=country")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "unit"


async def test_fields_limit_the_columns(client: httpx.AsyncClient) -> None:
    for fields in ("title,countries,id", "id,title,countries"):
        rows = await table(client, f"/actions?format=csv&fields={fields}&limit=2")
        assert list(rows[0]) == ["id", "title", "countries", "countries_names"]
        assert len(rows) == 2


async def test_a_file_holds_all_records_unless_a_part_is_asked_for(client: httpx.AsyncClient) -> None:
    total = (await get(client, "/countries")).json()["total"]
    assert total > 200
    assert len(await table(client, "/countries?format=csv")) == total
    first = await get(client, "/countries?format=csv&limit=100")
    assert len(first.text.splitlines()) == 101
    second = await client.get(first.links["next"]["url"])
    whole = (await get(client, "/countries?format=csv")).text.splitlines()
    assert second.text.splitlines() == [whole[0], *whole[101:201]]


async def test_actions_lie_on_the_points_of_their_countries(client: httpx.AsyncClient) -> None:
    items = {item["id"]: item for item in (await get(client, "/actions?limit=500")).json()["items"]}
    found = (await get(client, "/actions", Accept="application/geo+json")).json()["features"]
    assert [feature["id"] for feature in found] == list(items)
    for feature in found:
        codes = [country["code"] for country in items[feature["id"]]["countries"]]
        points = [[COUNTRIES[code].longitude, COUNTRIES[code].latitude] for code in codes]
        assert feature["geometry"] == ({"type": "MultiPoint", "coordinates": points} if points else None)
        assert feature["properties"]["countries"] == (";".join(codes) or None)
        assert feature["properties"]["title"] == items[feature["id"]]["title"]


# -- how they are asked for --


async def test_formats_are_negotiated(client: httpx.AsyncClient) -> None:
    day = (await get(client, "/aggregates/actions-per-theme")).json()["as_of"]
    answer = await get(client, "/actions?country=PH", Accept="text/csv, application/json;q=0.5")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="actions_country-PH_{day}.csv"'
    assert "Accept" in answer.headers["Vary"]
    assert "Accept" in (await get(client, "/actions")).headers["Vary"]
    figure = await get(client, "/aggregates/actions-per-theme?format=jsonstat")
    assert figure.headers["Content-Disposition"] == f'inline; filename="actions-per-theme_{day}.json"'
    for path, offered in (("/themes", 4), ("/actions", 5)):
        refused = await client.get(API + path, headers={"Accept": "application/pdf"})
        assert refused.status_code == 406
        assert refused.headers["Content-Type"] == MEDIA_TYPE
        assert "Accept" in refused.headers["Vary"]
        assert len(refused.json()["errors"][0]["allowed"]) == offered
    for path in ("/themes?format=geojson", "/aggregates/actions-per-theme?format=geojson"):
        refused = await client.get(API + path)
        assert refused.status_code == 422
        (error,) = refused.json()["errors"]
        assert error["parameter"] == "format"
        assert "csv" in error["allowed"]
        assert "geojson" not in error["allowed"]


async def test_the_description_names_every_format(client: httpx.AsyncClient) -> None:
    described = expanded((await client.get("/openapi.json")).json())["paths"]
    for path in (
        "/actions",
        "/deployments",
        "/regions",
        "/aggregates/actions-per-country",
        "/aggregates/themes-by-year",
    ):
        operation = described[API + path]["get"]
        (parameter,) = [each for each in operation["parameters"] if each["name"] == "format"]
        offered = parameter["schema"]["enum"]
        seen = set()
        for form in offered:
            answer = await client.get(f"{API}{path}?format={form}")
            if answer.status_code == 200:
                seen.add(answer.headers["Content-Type"].partition(";")[0])
            else:
                assert form == "geojson"  # a figure without countries
        assert seen == set(operation["responses"]["200"]["content"]), path
        assert "406" in operation["responses"]


async def test_each_format_has_a_tag_of_its_own(client: httpx.AsyncClient) -> None:
    for path in ("/actions", "/regions", "/aggregates/actions-per-country"):
        tags = {}
        for accept in ("application/json", "text/csv", "application/geo+json"):
            answer = await client.get(API + path, headers={"Accept": accept})
            if answer.status_code == 406:
                continue
            tag = tags[accept] = answer.headers["ETag"]
            again = await client.get(API + path, headers={"Accept": accept, "If-None-Match": tag})
            assert again.status_code == 304
            assert "Accept" in again.headers["Vary"]
        assert len(set(tags.values())) == len(tags)
        json_tag = tags["application/json"]
        other = await client.get(API + path, headers={"Accept": "text/csv", "If-None-Match": json_tag})
        assert other.status_code == 200


async def test_the_same_content_gives_the_same_bytes(client: httpx.AsyncClient) -> None:
    for path in ("/actions?format=xlsx", "/exports/registry.zip", "/exports/registry.xlsx", "/exports/registry.sqlite"):
        first, second = [await client.get(API + path, headers={"Cache-Control": "no-cache"}) for _ in range(2)]
        assert first.headers["ETag"] == second.headers["ETag"]
        assert first.content == second.content, path


async def test_a_past_day_and_a_release_answer_in_every_format(client: httpx.AsyncClient) -> None:
    before = await table(client, "/actions?format=csv&as_of=2012-06-30&fields=status")
    listed = (await get(client, "/actions?as_of=2012-06-30&limit=500")).json()["items"]
    assert [row["status"] for row in before] == [item["status"] for item in listed]
    assert (await client.post(f"{API}/releases", json={"name": "2026-01"})).status_code == 201
    made = await client.post(f"{API}/actions", json={"title": "After the release"})
    assert made.status_code == 201
    now, then = [await table(client, f"/actions?format=csv{more}") for more in ("", "&release=2026-01")]
    assert len(now) == len(then) + 1
    for path in ("/actions?format=xlsx", "/aggregates/actions-per-theme?format=xlsx", "/exports/registry.xlsx"):
        answer = await get(client, asked(path, release="2026-01"))
        assert answer.headers["Registry-Release"] == "2026-01"
        assert {row[0]: row[1] for row in sheets(answer.content)["codebook"]}["release"] == "2026-01"
    figure = await table(client, "/aggregates/actions-per-theme?format=csv&release=2026-01")
    assert all("release=2026-01" in row["href"] for row in figure)
