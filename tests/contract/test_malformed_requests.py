"""Malformed requests: each is refused with a problem document that says what is wrong, and none changes anything."""

import base64
import json
import re
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from app.core.listing import API
from app.core.problems import MEDIA_TYPE
from app.core.roles import Role
from app.core.security import create_key
from tests.conftest import AUTHORIZED, serving
from tests.core.records import KINDS

pytestmark = pytest.mark.anyio

READERS_KEY = "mx_a-reader-of-the-tests"
LISTS = (
    "actions", "activities", "deployments", "outputs", "themes", "partners", "publications", "sources", "countries",
    "regions",
)  # fmt: skip
FILTERED = tuple(name for name in LISTS if name not in ("publications", "sources"))
EDITED = tuple(kind.path.strip("/") for kind in KINDS)
FIRST = {name: "asylum" if name == "themes" else "1" for name in EDITED}
MATCHING = {"If-Match": "*"}
JSON = {"Content-Type": "application/json"}
ANYTHING: Any = object()


@dataclass(frozen=True)
class Refused:
    """A request, and how it is refused."""

    request: str
    """Method and target, as they go over the wire."""
    status: int = 422
    at: str | None = ANYTHING
    """The parameter or JSON pointer that the first error names; None where no error is listed."""
    code: str = ANYTHING
    body: Any = ANYTHING
    """Sent as JSON."""
    content: bytes | None = None
    """Sent as it is."""
    headers: Mapping[str, str] = field(default_factory=dict)
    allowed: str | None = None
    """One of the alternatives that the first error lists."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: httpx.Headers
    content: bytes


async def send(app: FastAPI, target: str, headers: Mapping[str, str], content: bytes) -> Answer:
    """A request, byte by byte: a client library would mend or refuse what is malformed."""
    method, _, url = target.partition(" ")
    path, _, query = url.encode("latin-1").partition(b"?")
    unquoted = re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes.fromhex(match[1].decode()), path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquoted.decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    unsent = [content]
    answer: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return (
            {"type": "http.request", "body": unsent.pop(), "more_body": False}
            if unsent
            else {"type": "http.disconnect"}
        )

    async def keep(message: Any) -> None:
        answer.append(message)

    await app(scope, receive, keep)  # type: ignore[arg-type]
    start, *parts = answer
    return Answer(start["status"], httpx.Headers(start["headers"]), b"".join(part.get("body", b"") for part in parts))


# -- the requests --


def cursor(*values: Any) -> str:
    """A cursor as an ill-meaning client would make it."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def of_every_list() -> Iterator[tuple[str, Refused]]:
    """What no list accepts."""
    for name in LISTS:
        url = f"GET {API}/{name}"
        for case, query, at, code, allowed in (
            ("unknown parameter", "colour=red", "colour", "unknown-parameter", "limit"),
            ("parameter in capitals", "LIMIT=5", "LIMIT", "unknown-parameter", "limit"),
            ("limit 0", "limit=0", "limit", "greater-than-equal", None),
            ("limit 501", "limit=501", "limit", "less-than-equal", None),
            ("limit -1", "limit=-1", "limit", "greater-than-equal", None),
            ("limit 1e9", "limit=1000000000", "limit", "less-than-equal", None),
            ("limit of 5000 digits", f"limit={'9' * 5000}", "limit", ANYTHING, None),
            ("limit in words", "limit=all", "limit", "int-parsing", None),
            ("limit empty", "limit=", "limit", "int-parsing", None),
            ("offset -1", "offset=-1", "offset", "greater-than-equal", None),
            ("offset huge", f"offset={2**53 + 1}", "offset", "less-than-equal", None),
            ("offset of 40 digits", f"offset={'9' * 40}", "offset", ANYTHING, None),
            ("sort unknown", "sort=colour", "sort", "unknown-sort", None),
            ("sort with SQL", "sort=id;DROP%20TABLE%20actions", "sort", "unknown-sort", None),
            ("sort empty", "sort=", "sort", "unknown-sort", None),
            ("fields unknown", "fields=colour", "fields", "unknown-field", None),
            ("fields empty", "fields=", "fields", "unknown-field", None),
            ("cursor random", "cursor=bm9uc2Vuc2U", "cursor", "bad-cursor", None),
            ("cursor not base64", "cursor=%C3%A9%00~", "cursor", ANYTHING, None),
            ("cursor empty", "cursor=", "cursor", "bad-cursor", None),
        ):
            yield f"{name}: {case}", Refused(f"{url}?{query}", at=at, code=code, allowed=allowed)


def of_filters() -> Iterator[tuple[str, Refused]]:
    """What no filter accepts, on any list that has it."""
    vocabularies = {
        "country": "KG", "subregion": "143", "region": "asia", "pillar": "horizontal", "status": "ongoing",
        "activity_type": "training", "activity_country": "PH", "activity_status": "planned", "sending_country": "EE",
        "member_state": "EE", "eu_member": "true", "organisation_type": "ngo", "theme": "asylum", "partner": "1",
    }  # fmt: skip
    for name, known in vocabularies.items():
        for case, value in (("unknown", "zz"), ("empty", ""), ("with SQL", "1'%20OR%20'1'='1"), ("with NUL", "a%00b")):
            allowed = known if case == "unknown" and name != "partner" else None
            yield f"{name} {case}", Refused(f"GET {API}/actions?{name}={value}", at=name, allowed=allowed)
    for name in FILTERED:
        yield f"{name}: unknown theme", Refused(f"GET {API}/{name}?theme=colour", at="theme", allowed="asylum")
        yield f"{name}: one of two unknown", Refused(f"GET {API}/{name}?country=KG&country=QQ", at="country")
        yield f"{name}: as_of no day", Refused(f"GET {API}/{name}?as_of=2013-02-30", at="as_of")
    dates = (
        "2013-02-30", "0000", "12-2013", "2013-13", "2013-00", "2013-1", "1899", "2200", "soon", "", "2013/", "/",
        "2014/2013", "2013-01-01/2012", "2013/2014/2015", "2013%00", "..", "-2013", "%D9%A2%D9%A0%D9%A1%D9%A3",
    )  # fmt: skip
    for name in ("active_in", "started_in", "ended_in", "activity_in"):
        for value in dates:
            yield f"{name} {value}", Refused(f"GET {API}/actions?{name}={value}", at=name, code="interval")
    for value in ("2013-02-30", "2013", "0001-01-01", "9999-12-31", "today", "2013-01-01T00:00:00", "", "20130101"):
        yield f"as_of {value}", Refused(f"GET {API}/actions?as_of={value}", at="as_of")
        yield f"as_of {value} of one action", Refused(f"GET {API}/actions/1?as_of={value}", at="as_of")
    for value in (
        "0",
        "-1",
        "01",
        "1.0",
        "%2B1",
        "99999999999999999999",
        "0" * 11 + "1" + "9" * 30,
        "9" * 5000,
        "999999",
    ):
        yield f"partner {value[:20]}", Refused(f"GET {API}/actions?partner={value}", at="partner")
    yield "eu_member yes", Refused(f"GET {API}/deployments?eu_member=yes", at="eu_member", allowed="false")
    yield "has_actions perhaps", Refused(f"GET {API}/themes?has_actions=perhaps", at="has_actions")
    yield "has_actions of actions", Refused(f"GET {API}/actions?has_actions=true", at="has_actions", allowed="theme")
    yield "filter of publications", Refused(f"GET {API}/publications?region=asia", at="region", allowed="sort")
    yield "theme of 10,000 letters", Refused(f"GET {API}/actions?theme={'a' * 10_000}", at="theme")
    yield "country 400 times", Refused(f"GET {API}/actions?{'&'.join(['country=KG'] * 400)}", at="country")
    for case, value in (
        ("empty", ""),
        ("blank", "%20%09"),
        ("too long", "a" * 501),
        ("NUL", "a%00b"),
        ("escape", "%1B[2J"),
    ):
        for path in ("actions", "countries", "facets", "aggregates/actions-per-theme", "exports/registry.xlsx"):
            yield f"{path}: q {case}", Refused(f"GET {API}/{path}?q={value}", at="q")
    for case, query, at in (
        ("half a character", "q=%ED%A0%80", "q"),
        ("one of two", "q=a&q=%FF", "q"),
        ("a number", "limit=%C3", "limit"),
        ("bytes as they are", "q=T\xc3\xbcrkiye", "q"),
        ("a parameter that is not there", "colour=%FF", "colour"),
    ):
        for path in ("actions", "search", "changes", "actions/1", "aggregates/actions-per-theme"):
            refused = Refused(f"GET {API}/{path}?{query}", at=at, code="unreadable")
            yield f"{path}: unreadable, {case}", refused


def of_numbers() -> Iterator[tuple[str, Refused]]:
    """Numbers in any spelling but the one that the service writes."""
    spellings = (
        "%2B3", "%203", "3%20", "03", "00", "-0", "3.0", "3e0", "1_0", "0x3", "%EF%BC%93", "%D9%A3", "3%0A", "",
    )  # fmt: skip
    for target, name in (
        ("actions?limit=", "limit"),
        ("actions?offset=", "offset"),
        ("search?q=visa&limit=", "limit"),
        ("search?q=visa&offset=", "offset"),
        ("changes?limit=", "limit"),
        ("actions/1/history?limit=", "limit"),
        ("actions/1/history?offset=", "offset"),
        ("imports?limit=", "limit"),
        ("imports?offset=", "offset"),
        ("aggregates/actions-per-theme?format=svg&width=", "width"),
        ("actions/1/history/", "version"),
        ("imports/", "id"),
        ("activities/", "id"),
    ):
        for written in spellings if "=" in target else spellings[:-2]:
            yield f"{target}{written}", Refused(f"GET {API}/{target}{written}", at=name)
    for written in spellings[:-2]:
        yield f"keys/{written}", Refused(f"DELETE {API}/keys/{written}", at="id")


def of_cursors() -> Iterator[tuple[str, Refused]]:
    """Cursors that no page gave out."""
    day, moment = 20100101, 1262304000
    for case, sort, values in (
        ("of another order", "-start", ["start", 20, False, day, 1]),
        ("with too few values", "-start", ["-start", 20, False, day]),
        ("with too many values", "-start", ["-start", 20, False, day, 1, 1]),
        ("with a text for a day", "-start", ["-start", 20, False, "2010-02-28", 1]),
        ("with a fraction of a day", "-start", ["-start", 20, False, 20100101.5, 1]),
        ("with a text for an id", "-start", ["-start", 20, False, day, "1"]),
        ("with true for an id", "-start", ["-start", 20, False, day, True]),
        ("with a huge id", "-start", ["-start", 20, False, day, 10**30]),
        ("with a negative offset", "-start", ["-start", -1, False, day, 1]),
        ("with a huge offset", "-start", ["-start", 10**30, False, day, 1]),
        ("with an infinite offset", "-start", ["-start", float("inf"), False, day, 1]),
        ("with an offset that is no number", "-start", ["-start", float("nan"), False, day, 1]),
        ("with a list for an offset", "-start", ["-start", [], False, day, 1]),
        ("with NUL", "title", ["title", 20, False, "a\x00b", 1]),
        ("with half a character", "title", ["title", 20, False, "\ud800", 1]),
        ("with a moment before time", "updated_at", ["updated_at", 20, False, "0001-01-01T00:00:00+23:59", 1]),
        ("with no moment", "updated_at", ["updated_at", 20, False, "now", 1]),
        ("with null", "updated_at", ["updated_at", 20, False, None, 1]),
        ("of an object", "-start", [{"sort": "-start"}]),
        ("of another order with a moment", "created_at", ["updated_at", 20, False, moment, 1]),
    ):
        url = f"GET {API}/actions?sort={sort}&cursor={cursor('0', '/actions', *values)}"
        yield f"cursor {case}", Refused(url, at="cursor", code="bad-cursor")
    deep = base64.urlsafe_b64encode(b"[" * 1400).decode()
    yield "cursor of nested lists", Refused(f"GET {API}/actions?cursor={deep}", at="cursor", code="bad-cursor")
    yield "cursor too long", Refused(f"GET {API}/actions?cursor={'a' * 5000}", at="cursor")
    good = cursor("0", "/actions", "-start", 20, False, day, 1)
    for name in ("activities", "themes", "partners"):
        yield f"{name}: cursor of actions", Refused(f"GET {API}/{name}?cursor={good}", at="cursor", code="bad-cursor")
    same_order = f"GET {API}/activities?sort=-start&cursor={good}"
    yield "cursor of another list in the same order", Refused(same_order, at="cursor", code="bad-cursor")
    yield (
        "cursor without its list",
        Refused(f"GET {API}/actions?cursor={cursor('0', '-start', 20, False, day, 1)}", at="cursor", code="bad-cursor"),
    )
    yield (
        "cursor with an offset",
        Refused(f"GET {API}/actions?cursor={good}&offset=5", at="offset", code="contradiction"),
    )


def of_figures() -> Iterator[tuple[str, Refused]]:
    """What no figure accepts."""
    url = f"GET {API}/aggregates"
    for case, query, at, allowed in (
        ("without a measure", "by=theme", "measure", None),
        ("without a dimension", "measure=actions", "by", None),
        ("of an unknown measure", "measure=euros&by=theme", "measure", "experts"),
        ("by an unknown dimension", "measure=actions&by=colour", "by", "theme"),
        ("by the same dimension twice", "measure=actions&by=theme&by=theme", "by", None),
        ("by three dimensions", "measure=actions&by=theme&by=status&by=region", "by", None),
        ("with an unknown filter", "measure=actions&by=theme&colour=red", "colour", "theme"),
        ("with an unknown value", "measure=actions&by=theme&theme=colour", "theme", "asylum"),
        ("with a limit", "measure=actions&by=theme&limit=5", "limit", None),
        ("with empty rows perhaps", "measure=actions&by=theme&include_empty=perhaps", "include_empty", None),
    ):
        yield f"figure {case}", Refused(f"{url}?{query}", at=at, allowed=allowed)
    yield "preset with a measure", Refused(f"{url}/actions-per-theme?measure=actions", at="measure")
    yield "preset unknown", Refused(f"{url}/actions-per-colour", 404, None)


def of_paths() -> Iterator[tuple[str, Refused]]:
    """Addresses at which nothing is."""
    for path in ("/nothing", "/api", "/api/v2/actions", f"{API}/Actions", f"{API}/actions/1/children", "//",
                 f"{API}/actions/1/activities/1", f"{API}//actions", "/%00", "/%FF%FE", "/..%2F..%2Fetc%2Fpasswd",
                 f"{API}/actions/%2e%2e/themes", f"/{'a' * 5000}"):  # fmt: skip
        yield f"nothing at {path[:40]}", Refused(f"GET {path}", 404, None)
    for name in ("activities", "deployments", "outputs", "partners", "publications", "sources"):
        for key in ("0", "-1", "1.0", "%2B1", "%201", "01", "1_0", "0x1", "one", "%D9%A1", "1%00", "1'", "2147483648",
                    "9" * 20, "9" * 5000, "null", "%"):  # fmt: skip
            yield f"{name}: id {key[:25]}", Refused(f"GET {API}/{name}/{key}", at="id")
        yield f"{name}: id of nothing", Refused(f"GET {API}/{name}/2147483647", 404, None)
        yield f"{name}: slug for an id", Refused(f"GET {API}/{name}/asylum", at="id")
    for name in ("actions", "themes"):
        for key in ("0", "-1", "2147483648", "9" * 30, "%00", "a%00b", "%ED%A0%80", "%FF", "%F0%9F%98%80", "Asylum",
                    "'", "asylum%20", "%25", "%", "none", "select%201"):  # fmt: skip
            yield f"{name}: {key} is not there", Refused(f"GET {API}/{name}/{key}", 404, None)
        yield f"{name}: name too long", Refused(f"GET {API}/{name}/{'a' * 101}")
    yield "theme by number", Refused(f"GET {API}/themes/1", 404, None)
    yield "action by a theme's slug", Refused(f"GET {API}/actions/asylum", 404, None)
    for path in ("countries/kg", "countries/KGZ", "countries/%00", "regions/europe", "regions/%00", "vocabularies/x"):
        yield f"nothing at {path}", Refused(f"GET {API}/{path}", 404, None)
    for path in ("actions/1", "themes/asylum", "countries/KG", "regions/asia", "vocabularies", "vocabularies/status"):
        yield (
            f"{path}: unknown parameter",
            Refused(f"GET {API}/{path}?colour=red", at="colour", code="unknown-parameter"),
        )
    yield "action: misspelt as_of", Refused(f"GET {API}/actions/1?asof=2012-01-01", at="asof", allowed="as_of")


def of_methods() -> Iterator[tuple[str, Refused]]:
    """Methods that an address does not have."""
    for request in (
        f"DELETE {API}/actions", f"PUT {API}/actions", f"PATCH {API}/themes", f"POST {API}/actions/1",
        f"OPTIONS {API}/actions", f"TRACE {API}/actions", f"PROPFIND {API}/actions/1", f"POST {API}/countries",
        f"PUT {API}/regions/asia", f"DELETE {API}/vocabularies/status", f"POST {API}/aggregates", "POST /healthz",
        f"get {API}/actions", f"NONSENSE {API}/actions/1",
    ):  # fmt: skip
        yield f"method {request.replace(API, '')}", Refused(request, 405, None)


def of_keys() -> Iterator[tuple[str, Refused]]:
    """Keys that do not open."""
    for name in EDITED:
        url, one = f"{API}/{name}", f"{API}/{name}/{FIRST[name]}"
        for method, target in (("POST", url), ("PUT", one), ("PATCH", one), ("DELETE", one)):
            for case, authorization, status in (
                ("no key", "", 401),
                ("an unknown key", "Bearer mx_unknown", 401),
                ("a reader's key", f"Bearer {READERS_KEY}", 403),
            ):
                headers = {"Authorization": authorization, **MATCHING}
                yield (
                    f"{name}: {method} with {case}",
                    Refused(f"{method} {target}", status, None, body={"colour": "red"}, headers=headers),
                )
    for authorization in ("Bearer", "Basic bXg6bXg=", "mx_x", "Bearer  ", "Bearer \xff", "Bearer a,Bearer b", "\x00"):
        yield (
            f"key {authorization!r}",
            Refused(f"POST {API}/partners", 401, None, body={}, headers={"Authorization": authorization}),
        )


def of_names() -> Iterator[tuple[str, Refused]]:
    """What can't name a request."""
    for name in ("", " ", "a" * 201, "na\x00me", "a\tb", "caf\xe9", "\xa0"):
        headers = {"Idempotency-Key": name}
        yield f"name {name[:9]!r}", Refused(f"POST {API}/themes", at="Idempotency-Key", body={}, headers=headers)


def of_bodies() -> Iterator[tuple[str, Refused]]:
    """Bodies that are no record."""
    nested = b"[" * 100_000
    for name in EDITED:
        url, one = f"POST {API}/{name}", f"{API}/{name}/{FIRST[name]}"
        for case, content, status, at in (
            ("no body", b"", 422, ""),
            ("broken JSON", b'{"title": ', 422, ""),
            ("half a name", b'{"tit', 422, ""),
            ("two documents", b"{}{}", 422, ""),
            ("a trailing comma", b'{"title": "a",}', 422, ""),
            ("single quotes", b"{'title': 'a'}", 422, ""),
            ("deep lists", nested, 400, None),
            ("deep objects", b'{"a":' * 100_000, 400, None),
            ("a deep field", b'{"title":' + nested + b"]" * 100_000 + b"}", 400, None),
            ("broken UTF-8", b'{"title": "\xff"}', 400, None),
            ("half a character in UTF-8", b'{"title": "\xed\xa0\x80"}', 422, ANYTHING),
            ("a number of 5000 digits", b'{"title": ' + b"9" * 5000 + b"}", 400, None),
            ("a name twice", b'{"title": "a", "title": "b"}', 422, ""),
            ("a name twice within", b'{"title": {"a": 1, "a": 2}}', 422, ""),
            ("null", b"null", 422, ""),
            ("a list", b"[]", 422, ""),
            ("a text", b'"title"', 422, ""),
            ("a number", b"1", 422, ""),
            ("NaN", b"NaN", 422, ""),
            ("half a character in a name", b'{"\\ud800": 1}', 422, ""),
        ):
            yield f"{name}: {case}", Refused(url, status, at, content=content, headers=JSON)
        for method in ("PUT", "PATCH"):
            yield f"{name}: {method} a list", Refused(f"{method} {one}", at="", body=[], headers=MATCHING)
            request = f"{method} {one}?colour=red"
            yield f"{name}: {method} with a parameter", Refused(request, at="colour", body={}, headers=MATCHING)
        yield (
            f"{name}: PATCH an id",
            Refused(f"PATCH {one}", at="/version", code="read-only", body={"version": 9}, headers=MATCHING),
        )
        yield f"{name}: DELETE with a parameter", Refused(f"DELETE {one}?force=true", at="force", headers=MATCHING)
    for kind in (None, "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data",
                 "application/json5", "application/merge-patch+json", "json", ";", "*/*",
                 "application/json; charset=latin-1", "application/json; charset=utf-16"):  # fmt: skip
        headers = {} if kind is None else {"Content-Type": kind}
        yield (
            f"content type {kind}",
            Refused(f"POST {API}/actions", 415, None, content=b'{"title": "a"}', headers=headers),
        )
    yield (
        "content type of a patch",
        Refused(
            f"PATCH {API}/actions/1",
            415,
            None,
            content=b"[]",
            headers=MATCHING | {"Content-Type": "application/json-patch+json"},
        ),
    )
    form = b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\na\r\n--b--\r\n'
    yield (
        "a form",
        Refused(
            f"POST {API}/actions", 415, None, content=form, headers={"Content-Type": "multipart/form-data; boundary=b"}
        ),
    )
    yield "too large", Refused(f"POST {API}/actions", 413, None, content=b" " * 3_000_000, headers=JSON)
    yield (
        "too large, as announced",
        Refused(f"POST {API}/actions", 413, None, content=b"{}", headers=JSON | {"Content-Length": "999999999999"}),
    )


def of_fields() -> Iterator[tuple[str, Refused]]:
    """Fields that can't be."""
    action, activity = {"title": "Malformed"}, {"action": 1, "type": "training", "title": "Malformed"}
    output, theme = {"action": 1, "kind": "report", "title": "Malformed"}, {"name": "Malformed", "pillar": "horizontal"}
    texts = (None, 1, True, [], {}, ["a"], "", " \n", "a" * 20_001, "a\x00b", "a\x1bb", "\ud800", "\udfff\ud800")
    numbers = (0, -1, 1.5, 1e300, True, "1", "one", [], {}, 2**31, 10**30)
    for name, whole, required, optional in (
        ("actions", action, "title", "summary"),
        ("activities", activity, "title", "place"),
        ("outputs", output, "title", "source_quote"),
        ("themes", theme, "name", "description"),
        ("partners", {"name": "Malformed"}, "name", "acronym"),
        ("publications", action, "title", None),
        ("sources", action, "title", "publisher"),
    ):
        for value in texts:
            shown = repr(value)[:20]
            yield (
                f"{name}: {required} {shown}",
                Refused(f"POST {API}/{name}", at=f"/{required}", body=whole | {required: value}),
            )
            if optional is not None and value is not None:
                yield (
                    f"{name}: {optional} {shown}",
                    Refused(f"POST {API}/{name}", at=f"/{optional}", body=whole | {optional: value}),
                )
        without = {key: value for key, value in whole.items() if key != required}
        yield (
            f"{name}: without {required}",
            Refused(f"POST {API}/{name}", at=f"/{required}", code="missing", body=without),
        )
        yield (
            f"{name}: an unknown field",
            Refused(
                f"POST {API}/{name}", at="/colour", code="unknown-field", body=whole | {"colour": 1}, allowed=required
            ),
        )
        yield f"{name}: a field with a slash", Refused(f"POST {API}/{name}", at="/a~1b~0c", body=whole | {"a/b~c": 1})
    for name, whole, field_name in (
        ("actions", action, "follows"),
        ("actions", action, "source"),
        ("activities", activity, "action"),
        ("activities", activity, "position"),
        ("activities", activity, "sessions"),
        ("deployments", {"action": 1}, "activity"),
        ("deployments", {"action": 1}, "experts_count"),
        ("outputs", output, "action"),
    ):
        for value in numbers:
            body = whole | {field_name: value}
            yield f"{name}: {field_name} {value!r}", Refused(f"POST {API}/{name}", at=f"/{field_name}", body=body)
    for value in ("2013-02-30", "0000", "12-2013", "2013-13", "1899", "2200-01", "soon", "", 2013, True, [], "2013-1-1",
                  "2013-01-01T00:00:00Z", "2013/2014", "\u0662\u0660\u0661\u0663", " 2013"):  # fmt: skip
        for name, whole, field_name in (
            ("actions", action, "start"), ("activities", activity, "start"), ("outputs", output, "published"),
            ("sources", action, "as_of"),
        ):  # fmt: skip
            body = whole | {field_name: value}
            yield f"{name}: {field_name} {value!r}", Refused(f"POST {API}/{name}", at=f"/{field_name}", body=body)
    for case, changes, at in (
        ("end before start", {"start": "2012", "end": "2011-12"}, "/end"),
        ("end without start", {"end": "2011-12"}, "/end"),
        ("unknown region", {"region": "europe"}, "/region"),
        ("region as a list", {"region": ["asia"]}, "/region"),
        ("region as another object", {"region": {"name": "Asia"}}, "/region"),
        ("unknown country", {"countries": ["QQ"]}, "/countries/0"),
        ("country in words", {"countries": ["Kyrgyzstan"]}, "/countries/0"),
        ("country twice", {"countries": ["KG", "KG"]}, "/countries"),
        ("countries as a text", {"countries": "KG"}, "/countries"),
        ("countries as an object", {"countries": {"code": "KG"}}, "/countries"),
        ("null among the countries", {"countries": [None]}, "/countries/0"),
        ("300 countries", {"countries": ["KG"] * 300}, "/countries"),
        ("unknown theme", {"themes": ["colour"]}, "/themes/0"),
        ("theme by an odd name", {"themes": ["Visa policy"]}, "/themes/0"),
        ("theme with NUL", {"themes": ["a\x00b"]}, "/themes/0"),
        ("theme twice", {"themes": ["asylum", {"slug": "asylum"}]}, "/themes"),
        ("unknown partner", {"partners": [2**31 - 1]}, "/partners/0"),
        ("partner by name", {"partners": ["ICMPD"]}, "/partners/0"),
        ("partner twice", {"partners": [1, 1]}, "/partners"),
        ("unknown earlier action", {"follows": 2**31 - 1}, "/follows"),
        ("unknown source", {"source": 2**31 - 1}, "/source"),
        ("slug in capitals", {"slug": "Baku"}, "/slug"),
        ("slug that is a number", {"slug": "12"}, "/slug"),
        ("slug none", {"slug": "none"}, "/slug"),
        ("slug with a line break", {"slug": "baku\n"}, "/slug"),
        ("slug too long", {"slug": "a" * 101}, "/slug"),
        ("title of two lines", {"title": "a\nb"}, "/title"),
        ("title of 301 characters", {"title": "a" * 301}, "/title"),
    ):  # fmt: skip
        yield f"actions: {case}", Refused(f"POST {API}/actions", at=at, body=action | changes)
        if "slug" not in case and case != "end without start":
            request = f"PATCH {API}/actions/2"
            yield f"actions: patch to {case}", Refused(request, at=at, body=changes, headers=MATCHING)
    for case, name, body, at in (
        ("unknown type", "activities", activity | {"type": "picnic"}, "/type"),
        ("unknown status", "activities", activity | {"status": "done"}, "/status"),
        ("unknown country", "activities", activity | {"country": "QQ"}, "/country"),
        ("unknown action", "activities", activity | {"action": 99999}, "/action"),
        ("unknown action", "deployments", {"action": 99999}, "/action"),
        ("unknown activity", "deployments", {"action": 1, "activity": 99999}, "/activity"),
        ("activity of another action", "deployments", {"action": 2, "activity": 1}, "/activity"),
        ("unknown organisation type", "deployments", {"action": 1, "organisation_type": "club"}, "/organisation_type"),
        ("unknown kind", "outputs", output | {"kind": "poem"}, "/kind"),
        ("unknown language", "outputs", output | {"languages": ["xx"]}, "/languages/0"),
        ("language twice", "outputs", output | {"languages": ["en", "en"]}, "/languages"),
        ("unknown pillar", "themes", theme | {"pillar": "other"}, "/pillar"),
        ("slug of another form", "themes", theme | {"slug": "Ab"}, "/slug"),
        ("acronym too long", "partners", {"name": "Malformed", "acronym": "A" * 31}, "/acronym"),
        ("address of another kind", "publications", action | {"url": "javascript:alert(1)"}, "/url"),
        ("address too long", "sources", action | {"url": f"https://a/{'a' * 2000}"}, "/url"),
    ):  # fmt: skip
        yield f"{name}: {case}", Refused(f"POST {API}/{name}", at=at, body=body)


def of_batches() -> Iterator[tuple[str, Refused]]:
    """Records that are sent together, of which one can't be."""
    url = f"POST {API}/actions/batch"
    good: dict[str, Any] = {"title": "Malformed"}
    for case, body, at in (
        ("of nothing", {"items": []}, "/items"),
        ("without items", {}, "/items"),
        ("of too many", {"items": [good] * 1001}, "/items"),
        ("of no records", {"items": [1]}, "/items/0"),
        ("as a bare list", [good], ""),
        ("with another name beside", {"items": [good], "colour": 1}, "/colour"),
        ("with a bad second one", {"items": [good, {"title": ""}]}, "/items/1/title"),
        ("with an unknown reference", {"items": [good, good | {"partners": [99999]}]}, "/items/1/partners/0"),
        ("with half a character", {"items": [{"title": "\ud800"}]}, "/items/0/title"),
    ):
        yield f"batch {case}", Refused(url, at=at, body=body)
    unknown = {"items": [good, good | {"colour": 1}]}
    yield (
        "batch with an unknown field",
        Refused(url, at="/items/1/colour", code="unknown-field", body=unknown, allowed="title"),
    )
    taken = {"items": [good | {"slug": "taken-twice"}] * 2}
    yield "batch of equal slugs", Refused(url, at="/items/1/slug", code="taken", body=taken)
    yield "batch without a key", Refused(url, 401, None, body={"items": [good]}, headers={"Authorization": ""})
    yield "batch with a parameter", Refused(f"{url}?dry_run=true", at="dry_run", body={"items": [good]})
    yield "batch of too much", Refused(url, 413, None, content=b" " * 34_000_000, headers=JSON)


def of_versions() -> Iterator[tuple[str, Refused]]:
    """`If-Match` headers that name no version of the record."""
    for name in EDITED:
        url = f"{API}/{name}/{FIRST[name]}"
        for method, body in (("PATCH", {}), ("DELETE", ANYTHING)):
            yield f"{name}: {method} without a version", Refused(f"{method} {url}", 428, None, body=body)
            stale = {"If-Match": '"999-0"'}
            yield (
                f"{name}: {method} of another version",
                Refused(f"{method} {url}", 412, None, body=body, headers=stale),
            )
    for tag, status in (
        ("1", 422), ("", 422), ("garbage", 422), ('"1', 422), ("''", 422), (',"1"', 422), ('"a" "b"', 422),
        ("\x00", 422),
        ('W/"1-0"', 412), ('""', 412), ('"-1"', 412), ('"1.0-x"', 412), (f'"{"9" * 5000}"', 412), ('"01-x"', 412),
    ):  # fmt: skip
        at = "If-Match" if status == 422 else None
        request = f"DELETE {API}/actions/17"
        yield f"version {tag[:20]!r}", Refused(request, status, at, headers={"If-Match": tag})


GROUPS = {
    group.__name__.removeprefix("of_"): dict(group())
    for group in (
        of_every_list, of_filters, of_numbers, of_cursors, of_figures, of_paths, of_methods, of_keys, of_names,
        of_bodies, of_fields, of_batches, of_versions,
    )
}  # fmt: skip

# What is odd, but means something: anything but a failure of the service.
ODD_QUERIES = (
    "' OR 1=1 --", "%", "_", "\\", "*", '"', '""', '"""', "a AND b", "NEAR(a b, 5)", "title:a", "-a", "a*", "^a", "(a",
    "a)", "{a}", "a OR", "!&|", "a & b", "a:*", "<->", "\u0130", "\u1e9e", "\U0001f600", "\u202e\u200b", "\ufeff",
    "é" * 500, "' UNION SELECT token_hash FROM keys --",
    "; DROP TABLE actions;", "a\tb\nc", "$1", "?", ":a", "%(a)s", "{0}",
    "\u00ad",
)  # fmt: skip
ODD_TARGETS = (
    f"{API}/actions?q=%ED%A0%80", f"{API}/actions?q=%FF%FE", f"{API}/actions?q=%", f"{API}/actions?q=%zz",
    f"{API}/actions?%00=1", f"{API}/actions?%FF=1", f"{API}/actions?=1", f"{API}/actions?&&&",
    f"{API}/actions?limit", f"{API}/actions?limit=1&limit=2", f"{API}/actions?country=KG&country=KG",
    f"{API}/actions?limit=1;offset=2", f"{API}/actions?q[]=a", f"{API}/actions?offset={2**53}",
    f"{API}/actions?limit=500&offset=499999999", f"{API}/actions/", f"{API}/themes/asylum/", f"{API}/actions/1/",
    f"{API}/actions#fragment",
    "/docs/static/../../etc/passwd", "/docs/static/%00", "/problems/%00", "/problems/nothing",
    f"{API}/actions?{'&'.join(f'a{number}=1' for number in range(2000))}", f"{API}/themes/%2F", f"{API}/themes/a%2Fb",
)  # fmt: skip


# -- the service --


async def whole_record(client: httpx.AsyncClient) -> dict[str, Any]:
    """Everything that the lists show."""
    found = {}
    for name in LISTS:
        response = await client.get(f"{API}/{name}?limit=500")
        assert response.status_code == 200, response.text
        found[name] = response.json()
    return found


@pytest.fixture(scope="module")
async def app(seeded_url: str) -> AsyncIterator[FastAPI]:
    """The application on that database, in which a reader has a key. After all the requests the record is as before."""
    async with serving(seeded_url) as (made, client):
        async with made.state.database.write() as session:
            await create_key(session, "reader", Role.READER, token=READERS_KEY)
            await session.commit()
        before = await whole_record(client)
        yield made
        assert await whole_record(client) == before


# -- what holds for all of them --


def document(answer: Answer) -> dict[str, Any]:
    """The problem document of an answer, after checking its form."""
    assert answer.headers["Content-Type"] == MEDIA_TYPE, answer.content[:500]
    found: dict[str, Any] = json.loads(answer.content)
    assert set(found) >= {"type", "title", "status", "instance", "request_id", "errors"}
    assert re.fullmatch("/problems/[a-z]+(-[a-z]+)*", found["type"])
    assert found["status"] == answer.status
    assert found["request_id"] == answer.headers["X-Request-ID"] != ""
    for error in found["errors"]:
        assert ("parameter" in error) != ("pointer" in error)
        assert re.fullmatch("[a-z]+(-[a-z]+)*", error["code"])
        assert error["message"]
    assert not re.search(r"Traceback|sqlalchemy|asyncpg|aiosqlite|SELECT \w+\.|\.py\b", answer.content.decode())
    return found


async def is_refused(app: FastAPI, case: Refused) -> None:
    """Sends a malformed request, and checks its answer."""
    content = case.content or b""
    headers = AUTHORIZED | dict(case.headers)
    if case.body is not ANYTHING:
        content = json.dumps(case.body).encode()
        headers = JSON | headers
    if content:
        headers = {"Content-Length": str(len(content))} | headers
    answer = await send(app, case.request, headers, content)
    assert answer.status == case.status, answer.content[:500]
    found = document(answer)
    assert bool(found["errors"]) == (case.status == 422)
    if case.at is not ANYTHING and case.at is not None:
        first = found["errors"][0]
        assert first.get("parameter", first.get("pointer")) == case.at
        assert case.code in (ANYTHING, first["code"])
        assert case.allowed is None or case.allowed in first["allowed"]
    if case.status == 405:
        assert "GET" in answer.headers["Allow"].split(", ")
    if case.status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def failures(checks: Iterable[tuple[str, Awaitable[None]]]) -> dict[str, str]:
    """What failed of many checks, by name: one test for each of thousands would take longer than the checks do."""
    found = {}
    for name, check in checks:
        try:
            await check
        except AssertionError as error:
            found[name] = str(error)
    return found


@pytest.mark.parametrize("group", GROUPS)
async def test_malformed_requests_are_refused(app: FastAPI, group: str) -> None:
    assert await failures((name, is_refused(app, case)) for name, case in GROUPS[group].items()) == {}


@pytest.mark.parametrize("path", ["actions", "deployments", "countries", "aggregates/actions-per-theme"])
async def test_words_to_look_for_are_words_and_nothing_else(app: FastAPI, path: str) -> None:
    async def look(query: str) -> None:
        answer = await send(app, f"GET {API}/{path}?q={quote(query)}", {}, b"")
        assert answer.status in (200, 422), answer.content[:500]
        if answer.status == 422:
            assert [error["parameter"] for error in document(answer)["errors"]] == ["q"]

    assert await failures((query, look(query)) for query in ODD_QUERIES) == {}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_an_odd_address_is_no_failure(app: FastAPI, method: str) -> None:
    async def visit(target: str) -> None:
        answer = await send(app, f"{method} {target}", {}, b"")
        assert answer.status < 500, answer.content[:500]
        if method == "HEAD":
            assert answer.content == b""
        elif answer.status >= 400:
            document(answer)

    assert await failures((target, visit(target)) for target in ODD_TARGETS) == {}


async def test_a_head_is_a_get_without_its_body(app: FastAPI) -> None:
    async def compare(name: str) -> None:
        read = await send(app, f"GET {API}/{name}", {}, b"")
        head = await send(app, f"HEAD {API}/{name}", {}, b"")
        assert (head.status, head.content) == (200, b"")
        for header in ("Content-Type", "Content-Length", "Link"):
            assert head.headers[header] == read.headers[header]

    assert await failures((name, compare(name)) for name in LISTS) == {}


async def test_an_odd_host_is_no_failure(app: FastAPI) -> None:
    for host in ("[", "a]b", "a b", "", "\xff", "a/b?c#d", "test:99999", "test:port"):
        for target in (f"GET {API}/actions?limit=2", f"GET {API}/nothing", f"GET {API}/actions/"):
            answer = await send(app, target, {"Host": host}, b"")
            assert answer.status < 500, (host, answer.content[:500])


async def test_several_errors_are_told_at_once(app: FastAPI) -> None:
    answer = await send(app, f"GET {API}/actions?limit=0&sort=colour&country=QQ&colour=red", {}, b"")
    assert {error["parameter"] for error in document(answer)["errors"]} == {"limit", "sort", "country", "colour"}
    body = json.dumps({"title": "", "region": "europe", "countries": ["KG", "QQ"], "colour": "red"}).encode()
    answer = await send(app, f"POST {API}/actions", AUTHORIZED | JSON, body)
    assert {error["pointer"] for error in document(answer)["errors"]} == {
        "/title",
        "/region",
        "/countries/1",
        "/colour",
    }


def test_there_are_many_of_them() -> None:
    assert sum(map(len, GROUPS.values())) > 200
