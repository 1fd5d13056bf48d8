"""The recipes name what there is: files, and the names in them."""

import re

import pytest

from app.schema import ROOT

TEXT = (ROOT / "docs" / "recipes.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE))
CHANGES = ("field", "filter", "dimension", "vocabulary value", "resource", "language", "kind of picture")
NAMED = [
    ("ActionCreate", "app/actions/schemas.py"),
    ("ActionRead", "app/actions/schemas.py"),
    ("ActionCounts", "app/actions/schemas.py"),
    ("RecordFilters", "app/selection/filters.py"),
    ("DIMENSIONS", "app/insight/catalogue.py"),
    ("_LABELS", "app/reference/vocabularies.py"),
    ("LabelLanguage", "app/core/languages.py"),
    ("Chart", "app/insight/pictures/charts.py"),
    ("Child", "app/actions/models.py"),
    ("Versioned", "app/core/database.py"),
    ("OUTPUTS", "app/selection/graph.py"),
]


def test_there_is_a_recipe_for_every_kind_of_change() -> None:
    assert [title.partition(" ")[2] for title in SECTIONS] == [*CHANGES]


@pytest.mark.parametrize("title", SECTIONS)
def test_every_recipe_names_files_that_are_there(title: str) -> None:
    files = re.findall(r"`((?:app|tests|migrations|docs)/[\w/.]+)`", SECTIONS[title])
    assert files
    assert [name for name in files if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(("name", "file"), NAMED)
def test_every_name_that_a_recipe_tells_is_there(name: str, file: str) -> None:
    assert f"`{name}" in TEXT
    assert re.search(rf"^(class )?{name}\b", (ROOT / file).read_text("utf-8"), re.MULTILINE)
