"""Definitions as an analyst reads them."""

import re
from collections.abc import AsyncIterator
from datetime import date
from itertools import combinations, product
from typing import Any

import httpx
import pytest

from app.core.aggregates import AggregateSpec
from app.insight.catalogue import DIMENSIONS, MEASURES
from app.insight.definitions import define
from app.insight.open_ends import UnconfirmedEnds
from app.selection.filters import RecordFilters
from tests.conftest import serving
from tests.selection.making import API, Maker

pytestmark = pytest.mark.anyio

MEMBERSHIP = (
    "membership of the EU is that on the first day of the activity, or of the action where the activity or its day is "
    "not known"
)


@pytest.fixture(scope="module")
async def client(empty_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it. Nothing but a partner is added here."""
    async with serving(empty_url) as (_, made):
        yield made


async def definition(client: httpx.AsyncClient, query: str) -> str:
    """The words of a figure."""
    response = await client.get(f"{API}/aggregates?{query}")
    assert response.status_code == 200, response.text
    found: str = response.json()["definition"]
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # one dimension, without a filter
        ("measure=actions&by=region", "Distinct actions per region."),
        ("measure=actions&by=theme", "Distinct actions per theme; an action counts once under each of its themes."),
        (
            "measure=actions&by=pillar",
            "Distinct actions per pillar; an action counts once under each pillar of its themes.",
        ),
        (
            "measure=actions&by=active_year",
            "Distinct actions per year; an action counts once in each year in which it ran.",
        ),
        ("measure=actions&by=start_year", "Distinct actions per start year."),
        (
            "measure=actions&by=activity_year",
            (
                "Distinct actions per activity year; an action counts once in each year in which one of its "
                "activities took place."
            ),
        ),
        (
            "measure=deployments&by=theme",
            "Distinct deployments per theme; a deployment counts once under each theme of its action.",
        ),
        (
            "measure=activities&by=active_year",
            "Distinct activities per year of the action; an activity counts once in each year in which its action ran.",
        ),
        (
            "measure=activities&by=activity_year",
            "Distinct activities per activity year; an activity counts once in each year in which it took place.",
        ),
        ("measure=activities&by=activity_type", "Distinct activities per activity type."),
        ("measure=deployments&by=region", "Distinct deployments per region of the action."),
        ("measure=deployments&by=member_state", f"Distinct deployments per member state; {MEMBERSHIP}."),
        (
            "measure=countries&by=theme",
            "Distinct partner countries of actions per theme; a country counts once under each theme of its actions.",
        ),
        (
            "measure=countries&by=start_year",
            (
                "Distinct partner countries of actions per start year of the action; a country counts once in "
                "each year in which one of its actions began."
            ),
        ),
        (
            "measure=countries&by=subregion",
            "Distinct partner countries of actions per subregion of the partner country.",
        ),
        (
            "measure=experts&by=sending_country",
            (
                "Stated numbers of experts, summed over distinct deployments, per sending country; a deployment "
                "without a stated number adds nothing."
            ),
        ),
        ("measure=actions&by=status&as_of=2014-06-30", "Distinct actions per status; status is that on 2014-06-30."),
        # two dimensions
        (
            "measure=actions&by=theme&by=active_year",
            (
                "Distinct actions per theme and per year; an action counts once under each of its themes and in "
                "each year in which it ran."
            ),
        ),
        (
            "measure=actions&by=sending_country&by=organisation_type",
            (
                "Distinct actions per sending country and per organisation type; an action counts once under each"
                " sending country of its deployments and under each organisation type of its deployments; both "
                "are read from the same deployment."
            ),
        ),
        (
            "measure=deployments&by=sending_country&by=organisation_type",
            "Distinct deployments per sending country and per organisation type.",
        ),
        # filters of the action
        (
            "measure=actions&by=theme&active_in=2013",
            "Distinct actions that ran at any time in 2013, per theme; an action counts once under each of its themes.",
        ),
        (
            "measure=actions&by=region&region=asia&region=none",
            "Distinct actions in the region Asia or without a region, per region.",
        ),
        (
            "measure=actions&by=region&started_in=2012-06-03&ended_in=none",
            "Distinct actions that began on 2012-06-03 and without an end, per region.",
        ),
        (
            "measure=actions&by=region&active_in=2012-06/2013-02&active_in=2015/..&active_in=../2009",
            (
                "Distinct actions that ran at any time from 2012-06 to 2013-02, in or after 2015 or in or before "
                "2009, per region."
            ),
        ),
        (
            "measure=actions&by=region&active_in=../..&q=border&q=visa",
            'Distinct actions that mention "border" or "visa" and that ran at any time in any year, per region.',
        ),
        (
            "measure=actions&by=region&status=planned&status=ongoing&as_of=2014-06-30",
            "Distinct actions with the status planned or ongoing on 2014-06-30, per region.",
        ),
        # filters of what is linked
        (
            "measure=actions&by=region&theme=asylum&theme=visa-policy",
            "Distinct actions with the theme Asylum or Visa policy, per region.",
        ),
        ("measure=actions&by=region&theme=none", "Distinct actions without any theme, per region."),
        (
            "measure=actions&by=region&theme=asylum&theme=none",
            "Distinct actions with the theme Asylum or without any theme, per region.",
        ),
        (
            "measure=actions&by=region&theme=asylum&pillar=international-protection-and-asylum",
            "Distinct actions with the theme Asylum under the pillar International protection and asylum, per region.",
        ),
        (
            "measure=actions&by=region&theme=none&pillar=horizontal",
            "Distinct actions both with and without a theme, per region.",
        ),
        (
            "measure=actions&by=region&country=PH&country=AZ&country=GB",
            "Distinct actions with the partner country Philippines, Azerbaijan or United Kingdom, per region.",
        ),
        (
            "measure=actions&by=region&subregion=035",
            "Distinct actions with a partner country in South-eastern Asia, per region.",
        ),
        (
            "measure=actions&by=region&activity_type=training&activity_country=PH&activity_in=2013",
            (
                "Distinct actions with an activity of the type Training, taking place in 2013 and held in the "
                "Philippines, per region."
            ),
        ),
        (
            "measure=actions&by=region&activity_status=completed&as_of=2014-06-30",
            "Distinct actions with an activity with the status completed on 2014-06-30, per region.",
        ),
        (
            "measure=actions&by=region&sending_country=NL&organisation_type=academia&region=asia",
            (
                "Distinct actions in the region Asia and with a deployment from the Netherlands and by an "
                "organisation of the type Academia, per region."
            ),
        ),
        (
            "measure=actions&by=region&sending_country=none",
            (
                "Distinct actions with a deployment without a stated sending country or without any deployment, "
                "per region."
            ),
        ),
        ("measure=actions&by=region&organisation_type=none", "Distinct actions without any deployment, per region."),
        (
            "measure=actions&by=region&eu_member=false",
            f"Distinct actions with a deployment from a country outside the EU, per region; {MEMBERSHIP}.",
        ),
        # filters of the counted record, and of its action
        (
            "measure=deployments&by=organisation_type&sending_country=EE&theme=asylum",
            "Distinct deployments from Estonia, of actions with the theme Asylum, per organisation type.",
        ),
        (
            "measure=deployments&by=organisation_type&member_state=none",
            f"Distinct deployments without a stated sending country, per organisation type; {MEMBERSHIP}.",
        ),
        (
            "measure=activities&by=activity_type&eu_member=true",
            (
                "Distinct activities of actions with a deployment from a member state of the EU, per activity "
                f"type; {MEMBERSHIP}."
            ),
        ),
        (
            "measure=countries&by=region&country=PH&country=AZ",
            (
                "Distinct partner countries (only Philippines or Azerbaijan), of actions, per region of the "
                "action; a country counts once under each region of its actions."
            ),
        ),
        (
            "measure=countries&by=country&subregion=035&active_in=2013",
            (
                "Distinct partner countries in South-eastern Asia, of actions that ran at any time in 2013, per "
                "partner country."
            ),
        ),
        (
            "measure=experts&by=sending_country&region=asia",
            (
                "Stated numbers of experts, summed over distinct deployments of actions in the region Asia, per "
                "sending country; a deployment without a stated number adds nothing."
            ),
        ),
        # filters that limit the rows
        (
            "measure=actions&by=theme&theme=asylum",
            (
                "Distinct actions with the theme Asylum, per theme; an action counts once under each of its "
                "themes; rows show only themes that the filters keep."
            ),
        ),
        (
            "measure=actions&by=active_year&active_in=2012-06/2013-02",
            (
                "Distinct actions that ran at any time from 2012-06 to 2013-02, per year; an action counts once "
                "in each year in which it ran; rows show only years that the filters keep."
            ),
        ),
    ],
)
async def test_a_definition_reads_well(client: httpx.AsyncClient, query: str, expected: str) -> None:
    assert await definition(client, query) == expected


async def test_a_definition_names_partners_by_their_names(client: httpx.AsyncClient) -> None:
    partner = await Maker(client).partner("Ministry of Labour")
    found = await definition(client, f"measure=actions&by=region&partner={partner}&partner=none")
    assert found == "Distinct actions with the partner Ministry of Labour or without any partner, per region."


VALUES = {
    "q": ["border"],
    "action": ["1"],
    "source": ["none"],
    "activity": ["none", "1"],
    "country": ["PH", "AZ"],
    "subregion": ["035"],
    "region": ["asia", "none"],
    "theme": ["asylum", "none"],
    "pillar": ["horizontal"],
    "partner": ["none"],
    "status": ["ongoing"],
    "active_in": ["2013", "2014-05/.."],
    "started_in": ["2013-05-17"],
    "ended_in": ["../2013", "none"],
    "activity_type": ["training"],
    "activity_in": ["2013", "none"],
    "activity_country": ["none"],
    "activity_status": ["none", "planned"],
    "sending_country": ["EE", "none"],
    "member_state": ["GB"],
    "eu_member": ["true", "false"],
    "organisation_type": ["none", "ngo"],
    "deployed_in": ["2013", "none"],
    "output_kind": ["report"],
}


async def test_every_filter_is_named_in_every_definition(client: httpx.AsyncClient) -> None:
    assert VALUES.keys() == RecordFilters.declared().keys()
    action = await Maker(client).action("One that can be named")
    for measure, (name, given) in product(MEASURES, (VALUES | {"action": [str(action)]}).items()):
        query = "&".join(f"{name}={value}" for value in given)
        words = await definition(client, f"measure={measure}&by=region&{query}&as_of=2014-06-30")
        assert_readable(words)
        assert words.partition(";")[0] != (await definition(client, f"measure={measure}&by=region")).partition(";")[0]


async def test_every_pair_of_dimensions_and_of_filters_makes_a_sentence(empty_url: str) -> None:
    # Straight from the engine: there are 816 questions, and their words need no figure.
    everything: list[Any] = [{}, *({name: given} for name, given in VALUES.items())]
    everything += [dict(pair) for pair in combinations(VALUES.items(), 2)]
    async with serving(empty_url) as (app, client):
        await client.get(f"{API}/actions")
        snapshot = app.state.index.newest
    ends = UnconfirmedEnds(2, {2015: 2}, date(2015, 12, 31))
    pairs = [*((one,) for one in DIMENSIONS.values()), *combinations(DIMENSIONS.values(), 2)]
    for number, (measure, by) in enumerate(product(MEASURES.values(), pairs)):
        filters = RecordFilters.model_validate(everything[number % len(everything)])
        words = define(snapshot, AggregateSpec(measure, by, filters.selection()), ends)
        assert_readable(words)
        for dimension in by:
            assert f"per {dimension.noun}" in words


def assert_readable(words: str) -> None:
    """One sentence, in plain characters, without the traces of a template."""
    assert re.fullmatch(r"(Distinct|Stated numbers of experts, summed over distinct) [^{}|_]+\.", words), words
    assert not re.search(r"  | ,| ;|,,|;;|,;|\.\.|\bNone\b|\b(\w+) \1\b|\ba [aeio]|\ban [^aeiou]", words), words
    subject, *caveats = words.removesuffix(".").split("; ")
    assert len(set(caveats)) == len(caveats), words
    assert " per " in subject
    assert all(caveat[0].islower() for caveat in caveats), words
