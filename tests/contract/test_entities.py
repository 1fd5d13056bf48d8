"""Every kind of record that is edited is in everything that is made of records, or is exempted here by name."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_args

import pytest
from fastapi import FastAPI

from app.actions.detail import CHILDREN as SHOWN_CHILDREN
from app.actions.detail import ActionDetail
from app.actions.models import child_models
from app.actions.schemas import ActionCounts
from app.core.database import Base, Versioned
from app.core.facts import fact_names
from app.core.listing import API
from app.entities import ACTIONS, CHILDREN, ENTITIES, REFERENCES
from app.exports.resources import RESOURCES
from app.exports.workbook import SHEETS
from app.imports.drafts import CHILDREN as READ_CHILDREN
from app.imports.drafts import ActionDraft, ParsedFile
from app.imports.entities import ENTITIES as IMPORTED
from app.imports.schemas import PlannedAction, PlannedReference
from app.main import create_app
from app.releases.store import record_tables
from app.search.documents import Kind
from app.settings import Settings

KINDS: list[Any] = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Versioned)),
    key=lambda kind: str(kind.__tablename__),
)
NOT_SEARCHED = {
    "deployments": "found by what they add to actions and activities",
    "themes": "found by their names in actions",
    "publications": "listed alone",
    "sources": "listed alone",
}
NOT_IN_JSON = {
    ("activities", "stated_status"): "shown as `status`",
    ("actions", "vouched_for"): "shown in `confirmed_on` and `status`",
}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return create_app(Settings(database_url="sqlite:///described.db"))


def _named(kind: Any, names: Any, where: str) -> None:
    assert kind.__tablename__ in set(names), f"{kind.__name__} is missing from {where}"


WHERE: dict[str, Callable[[], Any]] = {
    "the entities": lambda: ENTITIES,
    "releases": lambda: [table.name for table in record_tables()],
    "the workbook": lambda: [table.name for table in SHEETS],
    "the data package": lambda: [resource.name for resource in RESOURCES],
    "imports": lambda: IMPORTED,
    "search": lambda: {
        *NOT_SEARCHED,
        *({"ACTIVITY": "activities"}.get(kind.name, f"{kind.name.lower()}s") for kind in Kind),
    },
    "files that are read": lambda: [one.name for kind in (ParsedFile, ActionDraft) for one in fields(kind)],
    "plans": lambda: [
        "actions",
        *PlannedAction.model_fields,
        *get_args(PlannedReference.model_fields["entity"].annotation),
    ],
}


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_record_is_everywhere(kind: Any, where: str) -> None:
    _named(kind, WHERE[where](), where)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_record_has_its_routes(app: FastAPI, kind: Any) -> None:
    """It is listed, read, added, replaced, patched and deleted."""
    paths = app.openapi()["paths"]
    own = f"{API}/{kind.__tablename__}"
    found = {method for path in paths if path == own or path.startswith(f"{own}/{{") for method in paths[path]}
    assert found >= {"get", "post", "put", "patch", "delete"}, f"{kind.__name__} has only {sorted(found)}"


@pytest.mark.parametrize("kind", child_models(), ids=lambda kind: kind.__name__)
def test_every_child_shows_in_its_action(kind: Any) -> None:
    """What is deleted and restored with an action is what it shows and counts."""
    _named(kind, CHILDREN, "the children")
    _named(kind, ActionDetail.model_fields, "an action's detail")
    _named(kind, [column.class_.__tablename__ for _, column in SHOWN_CHILDREN], "what a detail reads")
    _named(kind, ActionCounts.model_fields, "an action's counts")
    _named(kind, READ_CHILDREN, "what an import reads of an action")


def test_children_come_after_what_they_refer_to() -> None:
    """Restoring and importing write them in this order, and delete them in the other."""
    order = [kind.__tablename__ for kind in child_models()]
    assert {*order} == {*CHILDREN}
    for listed in (order, [*CHILDREN]):
        for kind in child_models():
            for key in kind.__table__.foreign_keys:
                if key.column.table.name in listed and key.column.table is not kind.__table__:
                    assert listed.index(key.column.table.name) < listed.index(kind.__tablename__)


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.name)
def test_every_column_is_written_shown_and_exported(entity: Any) -> None:
    """A column that states a fact is a field of what is sent and of what is answered, and a column of tables."""
    own = {"id"} | ({"slug"} if entity.name == "themes" else set())
    for name in fact_names(entity.model):
        if (entity.name, name) in NOT_IN_JSON:
            continue
        assert name in entity.read.model_fields, f"'{name}' of {entity.name} is missing from its JSON"
        assert name in {column.field for column in entity.table.columns}, f"'{name}' is missing from the tables"
        assert name in entity.create.model_fields or name in own, f"'{name}' of {entity.name} can't be written"


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.name)
def test_every_field_that_is_written_is_kept(entity: Any) -> None:
    linked = getattr(entity.model, "linked_names", ())
    exempted = {name for of, name in (("activities", "status"),) if of == entity.name}
    for name in entity.create.model_fields.keys() - exempted:
        assert name in fact_names(entity.model) or name in linked, f"'{name}' of {entity.name} has no column"
        assert name in entity.read.model_fields, f"'{name}' of {entity.name} is written and never shown"


def test_every_entity_is_an_action_a_child_or_what_those_refer_to() -> None:
    assert [*ENTITIES] == [ACTIONS.name, *CHILDREN, *REFERENCES]
