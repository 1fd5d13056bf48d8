"""What the documents say of the service, held against the service."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.settings import Settings

ROOT = Path(__file__).parent.parent
QUESTIONS = re.findall(
    r"```sh\ncurl -s 'http://127\.0\.0\.1:8000(\S+)'\n```\n\n```json\n(.*?)```",
    (ROOT / "README.md").read_text("utf-8"),
    re.DOTALL,
)


def _holds(told: Any, answered: Any) -> bool:
    """Whether a shortened answer is a part of the whole one: fewer names, fewer rows in the same order."""
    if isinstance(told, dict):
        return all(name in answered and _holds(value, answered[name]) for name, value in told.items())
    if isinstance(told, list):
        rest = iter(answered)
        return all(any(_holds(item, candidate) for candidate in rest) for item in told)
    return bool(told == answered)


def test_there_are_five_questions() -> None:
    assert len(QUESTIONS) == 5


@pytest.mark.anyio
@pytest.mark.parametrize(("url", "told"), QUESTIONS, ids=[url for url, _ in QUESTIONS])
async def test_the_answers_of_the_readme_are_the_real_ones(anonymous: httpx.AsyncClient, url: str, told: str) -> None:
    answer = await anonymous.get(url)
    assert answer.status_code == 200
    assert _holds(json.loads(told), answer.json()), answer.json()


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
