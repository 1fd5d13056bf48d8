"""What `q` finds: words in all their forms, beginnings of words and phrases, whatever their case and accents; and
nothing breaks it."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest

from tests.conftest import serving
from tests.selection.making import API, Maker, problem, titles

pytestmark = pytest.mark.anyio

TURKIYE = "Türkiye: protection of victims"
IVOIRE = "Côte d'Ivoire: diaspora"
SIGNS = "100% of the by_laws, C:\\drafts (2015/16) [draft*]"


@pytest.fixture(scope="module")
async def client(empty_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of three actions with texts."""
    async with serving(empty_url) as (_, made):
        make = Maker(made)
        first = await make.action(
            TURKIYE,
            objective="To set up a national referral mechanism.",
            summary="Labour inspectors took part.\nSo did the Straße police; ΑΣΥΛΟ, миграция, 移民 and İzmir.",
        )
        await make.activity(first, title="Study visit", description="Shelters were seen", place="Sankt Pölten")
        await make.output(first, title="Roadmap on reintegration")
        second = await make.action(IVOIRE)
        await make.activity(second, title="Workshop on remittances")
        await make.action(SIGNS)
        yield made


async def found(client: httpx.AsyncClient, *queries: str) -> list[str]:
    """The titles that match any of the queries."""
    return await titles(client, "&".join(f"q={quote(query, safe='')}" for query in queries))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # every text of the action
        ("victims", [TURKIYE]),
        ("mechanism", [TURKIYE]),
        ("inspectors", [TURKIYE]),
        ("visit", [TURKIYE]),
        ("shelters", [TURKIYE]),
        ("sankt", [TURKIYE]),
        ("roadmap", [TURKIYE]),
        ("remittances", [IVOIRE]),
        ("gardening", []),
        # all words, in any order and from any text
        ("mechanism national", [TURKIYE]),
        ("roadmap victims inspectors", [TURKIYE]),
        ("victims remittances", []),
        ("traffick", []),
        ("protect", [TURKIYE]),
        ("reint", [TURKIYE]),
        ("tection", []),  # the end of a word is not its beginning
        # any form of a word; the last one may be the beginning of a longer one, and so may one with an asterisk
        ("victim shelter", [TURKIYE]),
        ("inspector protected", [TURKIYE]),
        ("vic", [TURKIYE]),
        ("vict mechanism", []),
        ("vict* mechanism", [TURKIYE]),
        ("o", []),
        ("o*", [SIGNS, IVOIRE, TURKIYE]),
        # what stands everywhere counts only where there is nothing else
        ("the victims of remittances", []),
        ("the victims with", [TURKIYE]),
        ("of the", [SIGNS, TURKIYE]),
        # what must not occur, anywhere in the action
        ("-victims", [SIGNS, IVOIRE]),
        ("protection -remittances", [TURKIYE]),
        ("protection -roadmap", []),
        ("workshop -remit", [IVOIRE]),
        ("workshop -remit*", []),
        ('-"study visit" -"draft"', [IVOIRE]),
        ('-"visit study" ivoire', [IVOIRE]),
        # a choice
        ("victims OR remittances", [IVOIRE, TURKIYE]),
        ("ivoire victims OR remittances", [IVOIRE]),
        ('gardening OR "national referral" OR draft', [SIGNS, TURKIYE]),
        # acronyms and what they stand for
        ("NRM", [TURKIYE]),
        ("nrm inspectors", [TURKIYE]),
        ("-NRM", [SIGNS, IVOIRE]),
        # phrases
        ('"national referral mechanism"', [TURKIYE]),
        ('"referral national"', []),
        ('"national referral mech"', []),
        ('"national referral mech', [TURKIYE]),
        ('"national referral mech"*', [TURKIYE]),
        ('"inspector"', []),
        ('"inspectors"', [TURKIYE]),
        ('"national mechanism"', []),
        ('"part so did"', [TURKIYE]),
        ('"of victims to set"', []),  # a phrase stands within one text
        ('"protection of victims" roadmap', [TURKIYE]),
        # case, accents, other letters
        ("VICTIMS", [TURKIYE]),
        ("turkiye", [TURKIYE]),
        ("TÜRKIYE", [TURKIYE]),
        ("Tu\u0308rkiye", [TURKIYE]),
        ("cote", [IVOIRE]),
        ("polten", [TURKIYE]),
        ("pölten", [TURKIYE]),
        ("strasse", [TURKIYE]),
        ("STRASSE", [TURKIYE]),
        ("ασυλο", [TURKIYE]),
        ("МИГРАЦИЯ", [TURKIYE]),
        ("移民", [TURKIYE]),
        ("izmir", [TURKIYE]),
        ("İzmir", [TURKIYE]),
        # apostrophes and hyphens part words
        ("d'ivoire", [IVOIRE]),
        ("d\u2019ivoire", [IVOIRE]),
        ("ivoire", [IVOIRE]),
        ("Study-visit", [TURKIYE]),
    ],
)
async def test_words_and_phrases_are_found(client: httpx.AsyncClient, query: str, expected: list[str]) -> None:
    assert await found(client, query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("100%", [SIGNS]),
        ("by_laws", [SIGNS]),
        ("by%laws", [SIGNS]),
        ("b_", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("/", []),
        ("'", []),
        ('"', []),
        ('""', []),
        ("---", []),
        ("*", []),
        ("C:\\drafts", [SIGNS]),
        ("2015/16", [SIGNS]),
        ("[draft*]", [SIGNS]),
        ("'; DROP TABLE actions; --", []),
        ('victims"', [TURKIYE]),
        ('"protection of', [TURKIYE]),
        ("OR", []),
        ("OR victims OR", [TURKIYE]),
        ("victims OR -remittances", [TURKIYE]),
        ("NOT victims", []),
        ("NEAR(victims protection)", []),
        ("terms:victims", []),
        ("^victims", [TURKIYE]),
        ("victims AND protection", [TURKIYE]),
        ("-", []),
        ("--victims", [TURKIYE]),
        ('-"', []),
        ('-""*', []),
        ("=victim", [TURKIYE]),
        ("{victims}", [TURKIYE]),
        ("'victims':A <-> 'of'", [TURKIYE]),
        ("victims & !remittances | (a", []),
        ("victims:*", [TURKIYE]),
        ("😀", []),
        ("\u200b", []),
        ("\ufffd", []),
        ("x" * 500, []),
        ("a " * 240, [TURKIYE]),
    ],
)
async def test_no_sign_has_a_meaning_or_breaks_anything(
    client: httpx.AsyncClient, query: str, expected: list[str]
) -> None:
    assert await found(client, query) == expected


async def test_several_queries_are_alternatives(client: httpx.AsyncClient) -> None:
    assert await found(client, "victims", "remittances") == [IVOIRE, TURKIYE]
    assert await found(client, "gardening", "---") == []
    assert await found(client, "---", "victims") == [TURKIYE]


async def test_a_query_without_a_word_finds_nothing_in_figures_either(client: httpx.AsyncClient) -> None:
    answer = (await client.get(f"{API}/aggregates?measure=actions&by=region&q=---")).json()
    assert (answer["rows"], answer["totals"]["distinct"]) == ([], 0)


@pytest.mark.parametrize("query", ["", "  ", "x" * 501, "a\x00b", "a\x1bb"])
async def test_what_is_no_query_is_refused(client: httpx.AsyncClient, query: str) -> None:
    assert (await problem(client, f"actions?q={quote(query)}"))["parameter"] == "q"


async def test_many_long_queries_are_answered_and_too_many_refused(client: httpx.AsyncClient) -> None:
    words = [f"{number:x}" for number in range(16, 16 + 80)]
    queries = [" ".join([*words, str(number)]) for number in range(30)]
    assert await found(client, *queries) == []
    assert await found(client, *queries[1:], "victims") == [TURKIYE]
    many = "&".join("q=a" for _ in range(31))
    assert (await problem(client, f"actions?{many}"))["parameter"] == "q"


async def test_what_is_found_follows_what_is_edited(client: httpx.AsyncClient) -> None:
    make = Maker(client)
    action = await make.action("An earlier title")
    activity = await make.activity(action, title="Forum")
    assert await found(client, "forum") == ["An earlier title"]
    read = await client.get(f"{API}/activities/{activity}")
    changed = await client.patch(
        f"{API}/activities/{activity}", json={"title": "Congress"}, headers={"If-Match": read.headers["ETag"]}
    )
    assert changed.status_code == 200, changed.text
    assert await found(client, "forum") == []
    assert await found(client, "congress") == ["An earlier title"]
    deleted = await client.delete(f"{API}/activities/{activity}", headers={"If-Match": changed.headers["ETag"]})
    assert deleted.status_code == 204, deleted.text
    assert await found(client, "congress") == []
    assert await found(client, "earlier") == ["An earlier title"]
    # The other tests count on three actions.
    read = await client.get(f"{API}/actions/{action}")
    await client.delete(f"{API}/actions/{action}", headers={"If-Match": read.headers["ETag"]})
    assert await found(client, "earlier") == []
