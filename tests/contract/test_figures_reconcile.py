"""Every figure reconciles: with a count by hand, with the lists behind its rows, and with its own totals.

There are 6 measures, 18 dimensions and 153 pairs of them, so 1,026 questions, and many filters. Each question is asked
without a filter; each dimension with every filter, and each pair with some, for measures that take turns. All answers
are compared in full with the oracle. The lists behind the rows are fetched for every row of every dimension, and for
some rows of every pair.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import combinations, product
from typing import Any

import pytest

from app.core.database import Database
from support.generated import generate
from tests.conftest import serving
from tests.contract.oracle import (
    API,
    DIMENSIONS,
    FILTER_OF,
    MEASURES,
    NONE,
    Filters,
    Oracle,
)
from tests.contract.reconciling import Record, check

pytestmark = pytest.mark.anyio

GENERATED_ACTIONS = 40
PAIRS = tuple(combinations(DIMENSIONS, 2))
# One of so many questions with filters is asked. 1 asks them all, which takes some minutes.
THINNED_DIMENSIONS, THINNED_PAIRS = 12, 6

FILTERS: tuple[dict[str, list[str]], ...] = (
    {"country": ["PH", "AZ", "AQ"]},
    {"country": [NONE]},
    {"country": ["VA"]},  # no action is there
    {"subregion": ["035", "143"], "country": ["PH", "TJ", "UZ", NONE]},
    {"subregion": [NONE]},
    {"region": ["asia", NONE]},
    {"theme": ["labour-migration", "asylum", "labour-migration"]},
    {"theme": ["return-and-readmission", "diaspora-engagement"], "pillar": ["migration-and-development"]},
    {"pillar": ["horizontal", NONE]},
    {"partner": ["1", "2", "20", "40", "60", "80", NONE]},
    {"status": ["ongoing"], "as_of": ["2014-06-30"]},
    {"status": ["planned", "completed"]},
    {"active_in": ["2013"]},
    {"active_in": ["2012-06/2013-02"]},
    {"active_in": ["2014/.."]},
    {"active_in": ["2012-02", "2012-10/2012-11"]},
    {"active_in": ["../2011-05", NONE]},
    {"started_in": ["2010-03/2014-08-15"], "as_of": ["2011-01-01"]},
    {"started_in": ["2012-01/2012-03", "2012-11/..", NONE]},
    {"ended_in": ["2013/2015"]},
    {"ended_in": [NONE], "active_in": ["2016"]},
    {"activity_type": ["training", "workshop", "study-visit"], "activity_in": ["2012-05/2016"]},
    {"activity_in": ["2013-01", "2013-07-01", "2020/.."]},
    {"activity_in": [NONE], "activity_country": [NONE]},
    {"activity_country": ["PH", "AZ", "FR", NONE], "activity_type": ["training", "seminar", "drafting", NONE]},
    {"activity_status": ["planned", NONE], "as_of": ["2018-03-01"]},
    {"sending_country": ["GB", "HR"], "eu_member": ["false"]},
    {"sending_country": ["DE", "EE", "CH", NONE]},
    {"member_state": ["EE", "GB", "HR", "FR", NONE]},
    {"member_state": [NONE, "outside-eu"], "eu_member": ["false"]},
    {"member_state": ["outside-eu"], "deployed_in": ["2012-06/2014", NONE]},
    {"deployed_in": ["2013"]},
    {"deployed_in": ["../2011-05", "2015/.."], "output_kind": ["report", "handbook", NONE]},
    {"output_kind": ["film"]},
    {"eu_member": [NONE], "organisation_type": ["private-consultant", "unspecified", NONE]},
    {"organisation_type": ["academia", "ngo"], "activity_type": ["training", "conference", "campaign"]},
    {"q": ["border"]},
    {"action": ["3", "7", "12", "25"]},
    {"source": ["1", "none"], "activity": ["none", "20"]},
    {"q": ["traffick work", "handbook"], "eu_member": ["true"], "active_in": ["2010/2020"]},
    {"theme": ["labour-migration", NONE], "country": ["PH", "KG", "TR"], "member_state": [NONE, "DE"]},
)
DAYS = sorted({date.fromisoformat(filters["as_of"][0]) for filters in FILTERS if "as_of" in filters})


@pytest.fixture(scope="module")
async def record(seeded_url: str) -> AsyncIterator[Record]:
    """The seed and made-up actions. Nothing here changes them."""
    database = Database(seeded_url)
    async with database.write() as session:
        await generate(session, GENERATED_ACTIONS)
        await session.commit()
    await database.close()
    today = datetime.now(UTC).date()
    async with serving(seeded_url) as (_, client):
        client.headers["Accept-Encoding"] = "identity"  # thousands of answers need not be packed and unpacked
        yield Record(client, await Oracle.read(client, [today, *DAYS]), today)


def some(rows: Sequence[Any], count: int, offset: int) -> Iterator[Any]:
    """Some rows, spread over all of them; others for another offset."""
    for number in range(min(count, len(rows))):
        yield rows[(offset + number * len(rows) // count) % len(rows)]


# -- the questions --


@pytest.mark.parametrize("measure", MEASURES)
async def test_every_row_of_every_dimension_leads_to_its_records(record: Record, measure: str) -> None:
    for dimension in DIMENSIONS:
        figure = await record.ask(measure, [dimension], {})
        check(record, measure, [dimension], {}, figure)
        for row in [*figure["rows"], {"value": figure["totals"]["distinct"], "href": figure["totals"]["href"]}]:
            assert await record.follow(measure, row["href"]) == row["value"], row


@pytest.mark.parametrize("measure", MEASURES)
async def test_every_dimension_reconciles_under_every_filter(record: Record, measure: str) -> None:
    turn = list(MEASURES).index(measure)
    for (place, filters), (number, dimension) in product(enumerate(FILTERS), enumerate(DIMENSIONS)):
        if (place + number + turn) % THINNED_DIMENSIONS:
            continue
        figure = await record.ask(measure, [dimension], filters)
        check(record, measure, [dimension], filters, figure)
        for row in some(figure["rows"], 1, place + number):
            assert await record.follow(measure, row["href"]) == row["value"], (filters, row)
        assert await record.follow(measure, figure["totals"]["href"]) == figure["totals"]["distinct"]


@pytest.mark.parametrize("measure", MEASURES)
async def test_every_pair_of_dimensions_reconciles(record: Record, measure: str) -> None:
    for number, by in enumerate(PAIRS):
        figure = await record.ask(measure, by, {})
        check(record, measure, by, {}, figure)
        for row in some(figure["rows"], 1, number):
            assert await record.follow(measure, row["href"]) == row["value"], row


@pytest.mark.parametrize("measure", MEASURES)
async def test_every_pair_reconciles_under_some_filters(record: Record, measure: str) -> None:
    turn = list(MEASURES).index(measure)
    for number, by in enumerate(PAIRS):
        if (number + turn) % THINNED_PAIRS:
            continue
        filters = FILTERS[(number + turn * 7) % len(FILTERS)]
        figure = await record.ask(measure, by, filters)
        check(record, measure, by, filters, figure)
        for row in some(figure["rows"], 1, number):
            assert await record.follow(measure, row["href"]) == row["value"], (filters, row)


@pytest.mark.parametrize("measure", MEASURES)
async def test_zero_rows_are_added_for_every_known_key(record: Record, measure: str) -> None:
    turn = list(MEASURES).index(measure)
    for number, dimension in enumerate(DIMENSIONS):
        filters = ({}, *FILTERS)[(number * 5 + turn * 7) % (len(FILTERS) + 1)]
        await check_zero_rows(record, measure, [dimension], filters, number)
        if dimension in KNOWN and FILTER_OF[dimension] not in filters:
            figure = await record.ask(measure, [dimension], filters, include_empty="true")
            assert {row[dimension]["key"] for row in figure["rows"]} - {None} == await known_keys(record, dimension)
    for by in (("theme", "status"), ("eu_member", "active_year"), ("region", "organisation_type")):
        await check_zero_rows(record, measure, by, FILTERS[turn], turn)


async def check_zero_rows(record: Record, measure: str, by: Sequence[str], filters: Filters, offset: int) -> None:
    """The rows are those of the figure without zero rows, and more whose lists are empty."""
    plain = await record.ask(measure, by, filters)
    whole = await record.ask(measure, by, filters, include_empty="true")
    rows = {tuple(row[name]["key"] for name in by): row for row in whole["rows"]}
    present = {tuple(row[name]["key"] for name in by): row for row in plain["rows"]}
    added = {keys: row for keys, row in rows.items() if keys not in present}
    assert present == {keys: row for keys, row in rows.items() if keys in present}
    assert all(row["value"] == 0 and None not in keys for keys, row in added.items())
    assert whole["totals"] == plain["totals"]
    for row in some([*added.values()], 4, offset):
        assert await record.follow(measure, row["href"]) == 0, row


# Dimensions whose keys are told by a vocabulary or a list, each with where it is.
KNOWN = {
    "theme": "themes",
    "partner": "partners",
    "country": "countries",
    "activity_country": "countries",
    "sending_country": "countries",
    "pillar": "vocabularies/pillar",
    "region": "vocabularies/region",
    "status": "vocabularies/status",
    "activity_type": "vocabularies/activity_type",
    "organisation_type": "vocabularies/organisation_type",
    "output_kind": "vocabularies/output_kind",
}


async def known_keys(record: Record, dimension: str) -> set[str]:
    """Every key that a dimension may have."""
    where = KNOWN[dimension]
    if where in record.oracle.lists:
        return {str(row.get("slug") or row.get("code") or row["id"]) for row in record.oracle.lists[where]}
    return {row["value"] for row in (await record.client.get(f"{API}/{where}")).json()}
