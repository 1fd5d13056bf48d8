"""What the documents say of the service, held against the service."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.settings import Settings

ROOT = Path(__file__).parent.parent
FOLDERS = [folder for folder in ROOT.iterdir() if folder.is_dir() and folder.name != "build" and folder.name[0] != "."]
DOCUMENTS = {
    str(path.relative_to(ROOT)): path
    for path in sorted([*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in folder.rglob("*.md"))])
    if "vendor" not in path.parts
}
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
QUESTIONS = re.findall(
    r"```sh\ncurl -s 'http://127\.0\.0\.1:8000(\S+)'\n```\n\n```json\n(.*?)```",
    (ROOT / "README.md").read_text("utf-8"),
    re.DOTALL,
)


def holds(told: Any, answered: Any) -> bool:
    """Whether a shortened answer is a part of the whole one: fewer names, fewer rows in the same order."""
    if isinstance(told, dict):
        return all(name in answered and holds(value, answered[name]) for name, value in told.items())
    if isinstance(told, list):
        rest = iter(answered)
        return all(any(holds(item, candidate) for candidate in rest) for item in told)
    return bool(told == answered)


def test_there_are_five_questions() -> None:
    assert len(QUESTIONS) == 5


@pytest.mark.anyio
@pytest.mark.parametrize(("url", "told"), QUESTIONS, ids=[url for url, _ in QUESTIONS])
async def test_the_answers_of_the_readme_are_the_real_ones(anonymous: httpx.AsyncClient, url: str, told: str) -> None:
    answer = await anonymous.get(url)
    assert answer.status_code == 200
    assert holds(json.loads(told), answer.json()), answer.json()


WORDS = "zero one two three four five six seven eight nine ten".split()  # noqa: SIM905


@pytest.mark.anyio
async def test_every_number_of_the_readme_is_the_real_one(anonymous: httpx.AsyncClient) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / "README.md").read_text("utf-8"), flags=re.DOTALL)

    def number(pattern: str) -> list[int]:
        (found,) = re.findall(pattern, text)
        parts = [found] if isinstance(found, str) else found
        return [int(part) if part.isdigit() else WORDS.index(part.lower()) for part in parts]

    answers = {url.rpartition("/")[2].partition("?")[0]: (await anonymous.get(url)).json() for url, _ in QUESTIONS}
    figures = (await anonymous.get("/api/v1/headline")).json()["figures"]
    outputs = (await anonymous.get("/api/v1/outputs")).json()["total"]
    expected = [*(figures[name]["value"] for name in ("actions", "activities", "deployments")), outputs]
    assert number(r"(\d+) actions[\w\s,]*? (\d+) activities, (\d+) deployments and (\d+) outputs") == expected
    assert number(r"(\w+) have no date") == [answers["activities-per-year"]["totals"]["unassigned"]]
    rows = answers["member-states-by-country"]["rows"]
    states = {row["member_state"]["key"] for row in rows} - {None, "outside-eu"}
    distinct = answers["member-states-by-country"]["totals"]["distinct"]
    assert number(r"(\w+) actions, (\w+) member states") == [distinct, len(states)]


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    missing = [name for name in Settings.model_fields if f"`MIEUX_{name.upper()}`" not in text]
    assert missing == []


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, info in Settings.model_fields.items() if not info.description] == []


def test_every_promise_has_its_test() -> None:
    text = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    named = set(re.findall(r"`((?:tests|benchmarks)/[\w/.]+)`", text))
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    rows = [line for line in text.splitlines() if line.startswith("| ") and " --- " not in line]
    without = [row for row in rows if row.count(" | ") == 4 and "`tests/" not in row and "`benchmarks/" not in row]
    assert [row for row in without if not row.startswith("| fault ")] == []


# -- links and names of files --


def prose(path: Path) -> str:
    """A document without its blocks of code."""
    return FENCED.sub("", path.read_text("utf-8"))


def anchors(path: Path) -> set[str]:
    """What a link can lead to within a document: its headings, as they are in an address."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(path: Path) -> Iterator[tuple[str, Path, str]]:
    """Each relative link of a document, with the file and the heading that it leads to."""
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if "://" not in link and not link.startswith("mailto:"):
            name, _, anchor = link.partition("#")
            yield link, path.parent / name if name else path, anchor


def test_there_are_documents() -> None:
    assert {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/README.md"} <= DOCUMENTS.keys()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file_and_a_heading(document: str) -> None:
    for link, target, anchor in links(DOCUMENTS[document]):
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_is_there(document: str) -> None:
    path = DOCUMENTS[document]
    bases = (ROOT, ROOT / "app", path.parent)
    for name in re.findall(r"`([\w.-]+(?:/[\w.-]+)+/?|[\w.-]+/)`", prose(path)):
        is_meant = any((base / name.partition("/")[0]).is_dir() for base in bases)
        if is_meant or name.endswith((".py", ".md")):
            assert any((base / name).exists() for base in bases), name


def test_the_map_of_the_code_names_what_is_there() -> None:
    (tree,) = re.findall(
        r"^```\napp/\n(.*?)^```", (ROOT / "docs" / "development.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    names = re.findall(r"(?<![\w/])(\w+(?:/|\.py))(?!\w)", tree)
    found = {path.name for path in (ROOT / "app").rglob("*")} | {
        path.name for path in (*FOLDERS, *(ROOT / "tests").iterdir())
    }
    assert len(names) > 30
    assert [name for name in names if name.rstrip("/") not in found] == []


def test_the_index_has_every_document() -> None:
    index = DOCUMENTS["docs/README.md"]
    listed = {target.resolve() for _, target, _ in links(index)}
    assert [name for name, path in DOCUMENTS.items() if name.startswith("docs/") and path not in {*listed, index}] == []
