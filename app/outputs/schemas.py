"""Outputs as JSON."""

from pydantic import ConfigDict

from app.core.field_types import Id
from app.core.partial_dates import PartialDate
from app.core.read_models import ReadModel
from app.core.text import Line, Prose
from app.core.write_models import WriteModel, merge_patch
from app.reference.schemas import Languages
from app.reference.vocabularies import OutputKind


class OutputRead(ReadModel):
    """A product of an action."""

    id: int
    """What names it in an address."""
    action: int
    """The id of its action."""
    kind: OutputKind
    """What kind of product it is."""
    title: str
    """Its title, or what it is where it has none."""
    languages: list[str]
    """ISO 639-1 codes; empty where the source names none."""
    published: PartialDate | None
    """When it came out, as precisely as the source says."""
    source_quote: str | None
    """The sentence that it was read from, word for word."""


class OutputCreate(WriteModel):
    """What makes an output: its action, a kind and a title."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "action": 1,
                    "kind": "guidelines",
                    "title": "Guidelines on applying the migration law",
                    "languages": ["en", "az"],
                    "published": "2011-01",
                }
            ]
        }
    )

    action: Id
    """The id of its action."""
    kind: OutputKind
    """What kind of product it is."""
    title: Line
    """Its title, or what it is where it has none."""
    languages: Languages = []
    """ISO 639-1 codes; empty where the source names none."""
    published: PartialDate | None = None
    """When it came out: a year, a month or a day, as precisely as it is known."""
    source_quote: Prose | None = None
    """The sentence that it was read from, word for word."""


@merge_patch
class OutputPatch(OutputCreate):
    """What changes of an output (JSON Merge Patch): what is absent stays, null empties, lists are replaced whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"languages": ["en"], "published": "2010-09"}]})
