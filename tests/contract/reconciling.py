"""What an answer with a figure has to be: what a count by hand says, with addresses that ask for just its records."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx

from tests.contract.oracle import (
    API,
    FILTER_OF,
    INTERVALS,
    MEASURES,
    NONE,
    Filters,
    Key,
    Oracle,
    days_in_year,
    days_of,
)


@dataclass
class Record:
    """A database being served, with what its lists say."""

    client: httpx.AsyncClient
    oracle: Oracle
    today: date
    followed: dict[str, int] = field(default_factory=dict)

    async def ask(self, measure: str, by: Sequence[str], filters: Filters, **more: str) -> dict[str, Any]:
        """A figure."""
        query = urlencode({"measure": measure, "by": by, **filters, **more}, doseq=True)
        response = await self.client.get(f"{API}/aggregates?{query}")
        assert response.status_code == 200, response.text
        figure: dict[str, Any] = json.loads(response.content)
        return figure

    async def follow(self, measure: str, href: str) -> int:
        """What the list behind a row has: its total, or the sum of the experts in it."""
        known = href + measure if measure == "experts" else href
        if known not in self.followed:
            sign = "&" if "?" in href else "?"
            experts = measure == "experts"
            shown = "limit=500&fields=experts_count" if experts else "limit=1"
            response = await self.client.get(f"{href}{sign}{shown}")
            assert response.status_code == 200, response.text
            page = response.json()
            assert not experts or page["next"] is None, "more deployments than a page has"
            self.followed[known] = sum(row["experts_count"] or 0 for row in page["items"]) if experts else page["total"]
        return self.followed[known]


def check(record: Record, measure: str, by: Sequence[str], filters: Filters, figure: dict[str, Any]) -> None:
    """Compares a whole answer with the count by hand."""
    asked = {name: list(dict.fromkeys(values)) for name, values in filters.items() if name != "as_of"}
    as_of = date.fromisoformat(filters["as_of"][0]) if "as_of" in filters else record.today
    counted = record.oracle.count(measure, by, asked, as_of)
    rows = {tuple(row[name]["key"] for name in by): row for row in figure["rows"]}
    assert len(rows) == len(figure["rows"]), "two rows have the same keys"
    assert {keys: row["value"] for keys, row in rows.items()} == {keys: counted.value(keys) for keys in counted.records}
    for keys, row in rows.items():
        check_address(row["href"], measure, narrowed(by, keys, asked), as_of, given="as_of" in filters)
    totals = figure["totals"]
    check_address(totals["href"], measure, asked, as_of, given="as_of" in filters)
    total = record.oracle.total(measure, asked, as_of)
    added = sum(row["value"] for row in rows.values())
    assert totals["distinct"] == total
    assert totals["sum_of_rows"] == added
    assert totals["counted_more_than_once"] == added - total
    assert totals["unassigned"] == sum(row["value"] for keys, row in rows.items() if None in keys)
    assert figure["filters"] == asked
    assert figure["as_of"] == as_of.isoformat()


def narrowed(by: Sequence[str], keys: Sequence[Key], filters: Filters) -> dict[str, Any]:
    """The filters that keep the records of one row; the intervals of years as their days."""
    values: dict[str, Any] = dict(filters)
    for dimension, key in zip(by, keys, strict=True):
        name = FILTER_OF[dimension]
        if key is None:
            values[name] = [NONE]
        else:
            values[name] = days_in_year(int(key), filters.get(name)) if name in INTERVALS else [key]
    return values


def check_address(href: str, measure: str, filters: dict[str, Any], as_of: date, *, given: bool) -> None:
    """Whether a URL asks for just these filters."""
    path, _, query = href.partition("?")
    assert path == API + MEASURES[measure][0]
    parameters = parse_qs(query)
    depends_on_day = given or not filters.keys().isdisjoint({"status", "activity_status"})
    assert parameters.pop("as_of", None) == ([as_of.isoformat()] if depends_on_day else None)
    # Without any filter the list of countries has those without actions, too.
    assert parameters.pop("has_actions", None) == (["true"] if measure == "countries" and not filters else None)
    assert {name: as_days(name, values) for name, values in parameters.items()} == {
        name: as_days(name, values) for name, values in filters.items()
    }


def as_days(name: str, values: Any) -> Any:
    return (
        {value if value == NONE or not isinstance(value, str) else days_of(value) for value in values}
        if (name in INTERVALS)
        else set(values)
    )
