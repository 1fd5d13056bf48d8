"""An import changes the record that it means and no other: to agree in something is no identity."""

from typing import Any

import httpx
import pytest

from tests.imports.sending import API, commit, counted, detail, latest, named, send

pytestmark = pytest.mark.anyio


def action(title: str, country: str, start: str | None = None, **more: Any) -> dict[str, Any]:
    """An action as lists state it: without a slug."""
    return {"title": title, "countries": [country], **({"start": start} if start else {}), **more}


def page(title: str, duration: str, summary: str = "A workshop took place.") -> str:
    """A page with one action."""
    return f"Asia\n\n{title}\nObjective: To help.\nSummary: {summary}\nDuration: {duration}\n"


async def listed(client: httpx.AsyncClient, country: str) -> dict[str, str]:
    """The slugs of a country's actions by their titles."""
    answer = await client.get(f"{API}/actions", params={"country": country, "limit": 500})
    return {item["title"]: item["slug"] for item in answer.json()["items"]}


def codes(plan: dict[str, Any]) -> list[str]:
    """The codes of warnings and errors about actions."""
    return [
        found["code"] for planned in plan["actions"] for found in planned["problems"] if found["severity"] != "note"
    ]


async def test_another_action_of_one_country_and_start_is_added(shared: httpx.AsyncClient) -> None:
    table = "title,countries,start,end,objective\nMyanmar: Asylum Procedures,MM,2013-05,2014-01,To help decide.\n"
    before = await detail(shared, "myanmar-labour-migration")
    plan = await commit(shared, table, "myanmar.csv", source="1")
    assert (counted(plan), codes(plan)) == ({"create": 1}, ["another-action"])
    assert "myanmar-labour-migration" in plan["actions"][0]["problems"][0]["message"]
    assert await detail(shared, "myanmar-labour-migration") == before
    assert (await detail(shared, "myanmar-asylum-procedures"))["end"] == "2014-01"
    assert counted(await commit(shared, table, "myanmar.csv", source="1")) == {"unchanged": 1}


async def test_a_page_on_another_subject_is_another_action(shared: httpx.AsyncClient) -> None:
    await commit(shared, page("Lebanon: Asylum", "March 2014 – May 2014"), "page.txt")
    plan = await commit(shared, page("Lebanon: Visa Policy", "March 2014 – May 2014"), "page.txt")
    assert counted(plan) == {"create": 1}
    assert await listed(shared, "LB") == {
        "Lebanon: Asylum": "lebanon-asylum",
        "Lebanon: Visa Policy": "lebanon-visa-policy",
    }


async def test_each_year_of_a_yearly_list_is_an_action(shared: httpx.AsyncClient) -> None:
    def year(number: int) -> dict[str, Any]:
        return action("Jordan: Border Management", "JO", f"{number}-03", end=f"{number}-05")

    for number in (2018, 2019, 2020):
        plan = await commit(shared, [year(number)], "list.json")
        assert counted(plan) == {"create": 1}
        assert codes(plan) == (["another-action"] if number > 2018 else [])
    assert counted(await commit(shared, [year(2018), year(2019), year(2020)], "list.json")) == {"unchanged": 3}
    starts = [(await detail(shared, f"jordan-border-management{end}"))["start"] for end in ("", "-2", "-3")]
    assert starts == ["2018-03", "2019-03", "2020-03"]


async def test_a_page_whose_title_or_dates_were_corrected_is_the_same_action(shared: httpx.AsyncClient) -> None:
    await commit(shared, page("Oman: Boarder Management", "March 2014 – May 2014"), "page.txt")
    for title, duration in (
        ("Oman: Border Management", "March 2014 – May 2014"),
        ("Oman: Integrated Border Management", "March 2014 – May 2014"),
        ("Oman: Integrated Border Management", "April 2014 – June 2014"),
    ):
        plan = await commit(shared, page(title, duration), "page.txt")
        assert counted(plan) == {"update": 1}, (title, duration)
    assert list(await listed(shared, "OM")) == ["Oman: Integrated Border Management"]


async def test_a_title_that_an_editor_corrected_by_hand_is_found_again(shared: httpx.AsyncClient) -> None:
    await commit(shared, page("Qatar: Labor Migration", "2015"), "page.txt")
    etag = (await shared.get(f"{API}/actions/qatar-labor-migration")).headers["ETag"]
    corrected = {"title": "Qatar: Labour Migration"}
    await shared.patch(f"{API}/actions/qatar-labor-migration", json=corrected, headers={"If-Match": etag})
    assert counted(await commit(shared, page("Qatar: Labor Migration", "2015"), "page.txt")) == {"unchanged": 1}
    assert await listed(shared, "QA") == {"Qatar: Labour Migration": "qatar-labor-migration"}


async def test_who_names_an_action_may_give_it_any_title(shared: httpx.AsyncClient) -> None:
    await commit(shared, [named("renamed", title="Kenya: Data"), named("renamed-too", title="Kenya: Asylum")])
    plan = await commit(shared, [named("renamed", title="Kenya: Registers of visas")])
    assert counted(plan) == {"update": 1}
    file = (await shared.get(f"{API}/actions", params={"q": "Kenya Asylum", "format": "csv"})).text
    assert counted(await commit(shared, file.replace("Kenya: Asylum", "Kenya: Return"), "actions.csv")) == {"update": 1}
    assert [(await detail(shared, slug))["title"] for slug in ("renamed", "renamed-too")] == [
        "Kenya: Registers of visas",
        "Kenya: Return",
    ]


async def test_rows_of_one_file_never_share_a_record(shared: httpx.AsyncClient) -> None:
    await commit(shared, [action("Peru: Asylum", "PE", "2016")])
    rows = [action("Peru: Asylum Procedures", "PE", "2016"), action("Peru: Asylum", "PE", "2016")]
    plan = await commit(shared, rows)
    assert [planned["operation"] for planned in plan["actions"]] == ["create", "unchanged"]
    twice = [action("Peru: Visas", "PE", "2017")] * 2
    assert (counted(plan := await commit(shared, twice)), codes(plan)) == ({"create": 2}, ["repeated-action"])
    assert sorted(await listed(shared, "PE")) == ["Peru: Asylum", "Peru: Asylum Procedures", "Peru: Visas"]
    table = f"id,title\n{(await detail(shared, 'peru-asylum'))['id']},Peru: Asylum\n" * 2
    refused = await send(shared, table.replace("\nid,title", ""), "actions.csv")
    assert codes(refused) == ["repeated-id"]


async def test_what_may_be_the_same_is_asked_and_nothing_is_recorded_before(shared: httpx.AsyncClient) -> None:
    await commit(shared, [action("Nepal: Border Management", "NP", "2016")])
    file, before = [action("Nepal: Border Control", "NP", "2016", end="2017")], await latest(shared)
    plan = await send(shared, file)
    assert (counted(plan), codes(plan)) == ({"reject": 1, "conflicts": 1}, ["uncertain-action"])
    (conflict,) = plan["actions"][0]["conflicts"]
    assert (conflict["choice"], conflict["field"]) == ("nepal-border-management/same", "title")
    assert (conflict["recorded"]["value"], conflict["new"]["value"]) == (
        "Nepal: Border Management",
        "Nepal: Border Control",
    )
    refused = await send(shared, file, dry_run=False, status=422)
    assert refused["type"] == "/problems/rejected-records"
    assert await latest(shared) == before

    assert counted(await send(shared, file, choices={conflict["choice"]: "recorded"})) == {"update": 1}
    assert counted(await commit(shared, file, choices={conflict["choice"]: "new"})) == {"create": 1}
    assert counted(await commit(shared, file)) == {"unchanged": 1}
    assert (await detail(shared, "nepal-border-management"))["end"] is None


CHILDREN = {
    "activities": (
        {"type": "training", "title": "Training on visas", "start": "2014-05"},
        {"type": "training", "title": "Training on asylum", "start": "2014-05"},
    ),
    "deployments": (
        {"sending_country": "EE", "organisation_type": "national-administration", "experts_count": 2},
        {"sending_country": "LV", "organisation_type": "national-administration", "experts_count": 3},
    ),
    "outputs": (
        {"kind": "handbook", "title": "Handbook on visas", "languages": ["en"]},
        {"kind": "handbook", "title": "Handbook on asylum", "languages": ["fr"]},
    ),
}


@pytest.mark.parametrize("source", ["The same", "Another"])
@pytest.mark.parametrize("kind", CHILDREN)
async def test_what_belongs_to_an_action_is_not_what_it_agrees_with_in_a_part(
    shared: httpx.AsyncClient, kind: str, source: str
) -> None:
    first, second = CHILDREN[kind]
    slug = f"{kind}-of-{source.lower().replace(' ', '-')}"
    empty: dict[str, Any] = {"activities": [], "deployments": [], "outputs": []}
    await commit(shared, [named(slug, **{**empty, kind: [first]})], source_title="The same")
    plan = await commit(shared, [named(slug, **{**empty, kind: [second]})], source_title=source)
    assert [child["operation"] for child in plan["actions"][0][kind]] == ["create"]
    recorded = (await detail(shared, slug))[kind]
    assert len(recorded) == 2
    for name, value in first.items():
        shown = recorded[0][name]
        assert (shown["code"] if isinstance(shown, dict) else shown) == value


async def test_what_is_told_in_other_words_is_the_same_activity(shared: httpx.AsyncClient) -> None:
    def worded(title: str) -> list[dict[str, Any]]:
        activities = [{"type": "training", "title": title, "start": "2014-05"}]
        return [named("worded", activities=activities, deployments=[], outputs=[])]

    await commit(shared, worded("Training on trafficking in human beings for the police"))
    for title in ("Training", "Training on THB", "Trafficking course", "Police training on human trafficking"):
        plan = await commit(shared, worded(title), source_title="Another")
        assert [child["operation"] for child in plan["actions"][0]["activities"]] == ["unchanged"], title


async def test_an_acronym_is_no_partner_s_name(shared: httpx.AsyncClient) -> None:
    def partners(slug: str, *named_ones: Any) -> dict[str, Any]:
        return named(slug, partners=list(named_ones), activities=[], deployments=[], outputs=[])

    interior = {"name": "Ministry of Interior of Chad", "acronym": "MoI", "country": "TD"}
    information = {"name": "Ministry of Information of Chad", "acronym": "MoI", "country": "TD"}
    plan = await commit(shared, [partners("acronym", interior), partners("acronym-too", information)])
    assert [row["record"]["name"] for row in plan["references"] if row["entity"] == "partners"] == [
        interior["name"],
        information["name"],
    ]
    (refused,) = (await send(shared, [partners("acronym-three", "MoI")]))["actions"]
    assert refused["operation"] == "reject"
    assert "several partners" in refused["problems"][0]["message"]


async def test_rows_of_one_name_are_the_record_of_their_country_and_date(shared: httpx.AsyncClient) -> None:
    table = "name,acronym,country\nMinistry of Return,MoR,{}\n"
    for country in ("BJ", "TG"):
        plan = await commit(shared, table.format(country), "partners.csv")
        assert [row["operation"] for row in plan["references"]] == ["create"], country
    assert [row["operation"] for row in (await send(shared, table.format("BJ"), "partners.csv"))["references"]] == [
        "unchanged"
    ]
    answer = await shared.get(f"{API}/partners", params={"limit": 500})
    names = {item["name"]: item["country"]["code"] for item in answer.json()["items"] if "Return" in item["name"]}
    assert names == {"Ministry of Return": "BJ", "Ministry of Return (Togo)": "TG"}

    reports = "title,publisher,as_of\nReport of the year,ICMPD,{}\n"
    for year in ("2015", "2016", "2015"):
        await commit(shared, reports.format(year), "sources.csv")
    sources = (await shared.get(f"{API}/sources", params={"limit": 500})).json()["items"]
    assert [row["as_of"] for row in sources if row["title"] == "Report of the year"] == ["2015", "2016"]
