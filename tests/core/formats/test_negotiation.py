"""The negotiation of formats, as a table of headers and what they get."""

from datetime import date

import pytest
from fastapi import Request

from app.core.filters import Selection
from app.core.formats.negotiation import CSV, GEOJSON, JSON, NDJSON, PNG, SVG, XLSX, Format, Offer, file_name
from app.core.problems import Invalid, NotAcceptable

OFFER = Offer(JSON, CSV, XLSX, NDJSON, GEOJSON, SVG, PNG)
CHROME_PAGE = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
FIREFOX_PAGE = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8"
)


def asking(*accept: str) -> Request:
    """A request with these headers `Accept`."""
    headers = [(b"accept", value.encode("latin-1")) for value in accept]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers})


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ([], JSON),
        ([""], JSON),
        (["*/*"], JSON),
        (["application/json"], JSON),
        (["application/*"], JSON),
        (["text/csv"], CSV),
        (["TEXT/CSV; header=present"], CSV),
        (["text/*"], CSV),
        (["text/csv, */*"], CSV),  # what is named comes before what is merely let through
        (["text/csv;q=0.5, application/json;q=0.4"], CSV),
        (["text/csv;q=0.4, application/json;q=0.5"], JSON),
        (["application/json, text/csv"], JSON),
        (["application/json;q=0, */*"], CSV),
        (["application/*;q=0.1, application/geo+json"], GEOJSON),
        (["text/csv;q=0", "application/x-ndjson"], NDJSON),
        (["*/*;q=0.1", "text/csv"], CSV),
        (["text/csv;q=banana, application/x-ndjson;q=0.1"], NDJSON),
        (["application/pdf, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], XLSX),
        (["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"], JSON),  # Java's own client
        ([CHROME_PAGE], JSON),
        ([FIREFOX_PAGE], JSON),
        (["image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"], SVG),  # an <img> in Chrome
        (["image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"], SVG),  # and in Firefox
        (["image/png"], PNG),
    ],
)  # fmt: skip
def test_accept_chooses(accept: list[str], expected: Format) -> None:
    assert OFFER.choose(asking(*accept), None) is expected


@pytest.mark.parametrize(
    "accept", ["application/pdf", "text/html", "nonsense", "text/csv;q=0", "*/*;q=0", "text/csv;q=2"]
)
def test_what_is_not_offered_is_refused_with_what_is(accept: str) -> None:
    with pytest.raises(NotAcceptable) as raised:
        OFFER.choose(asking(accept), None)
    (error,) = raised.value.errors
    assert error.parameter == "Accept"
    assert error.allowed == [form.media_type for form in OFFER.formats]
    assert raised.value.headers == {"Vary": "Accept"}


def test_a_named_format_wins() -> None:
    assert OFFER.choose(asking("application/pdf"), "csv") is CSV
    assert OFFER.choose(asking("text/csv"), "json") is JSON
    with pytest.raises(Invalid) as raised:
        OFFER.besides(GEOJSON).choose(asking("*/*"), "geojson")
    assert raised.value.errors[0].allowed == ["json", "csv", "xlsx", "ndjson", "svg", "png"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "actions_2026-11-23.csv"),
        ({"country": ["PH"]}, "actions_country-PH_2026-11-23.csv"),
        ({"theme": ["asylum", "none"], "country": ["PH"]}, "actions_country-PH_theme-asylum-none_2026-11-23.csv"),
        ({"active_in": ["2012-06/2013-02"]}, "actions_active_in-2012-06-2013-02_2026-11-23.csv"),
        ({"active_in": ["2014/.."]}, "actions_active_in-2014-open_2026-11-23.csv"),
        ({"q": ['"../../etc/passwd"; rm\r\nX: y']}, "actions_q-open-open-etc-passwd-rm-X-y_2026-11-23.csv"),
        ({"q": ["Türkiye"]}, "actions_q-T-rkiye_2026-11-23.csv"),
        ({"q": ["移民"]}, "actions_q-any_2026-11-23.csv"),
        ({"country": ["PH"], "q": ["a" * 300]}, "actions_country-PH_and-more_2026-11-23.csv"),
    ],
)
def test_a_file_name_tells_what_is_in_the_file(values: dict[str, list[str]], expected: str) -> None:
    given = {name: tuple(several) for name, several in values.items()}
    assert file_name("actions", Selection({}, given, date(2026, 11, 23)), CSV) == expected


def test_a_file_name_tells_the_release() -> None:
    selection = Selection({}, {}, date(2026, 11, 23), release="2026-01")
    assert file_name("actions", selection, CSV) == "actions_release-2026-01_2026-11-23.csv"
