"""The form that a file is sent with."""

import hashlib
import json
from typing import Annotated, Any

from fastapi import File, Request, UploadFile
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from app.core.bodies import FORM
from app.core.field_types import RecordId, WebAddress
from app.core.json_schema import Keywords
from app.core.parameters import check_query
from app.core.partial_dates import PartialDate
from app.core.problems import UnsupportedMediaType, invalid, invalid_field, validation_errors
from app.core.text import Line, compose
from app.imports.entities import FIELDS
from app.imports.formats import ACCEPTED
from app.imports.importing import ImportRequest
from app.imports.schemas import Choice, Choices, ImportSource, OnReject, Prefer


def _is_field(name: str) -> str:
    if name not in FIELDS:
        raise PydanticCustomError(
            "unknown_field", "no table has a field '{name}'", {"name": name, "allowed": [*FIELDS]}
        )
    return name


_Column = Annotated[str, AfterValidator(_is_field)]
_CHOICES: TypeAdapter[dict[str, Choice]] = TypeAdapter(Choices)
_COLUMNS: TypeAdapter[dict[str, str]] = TypeAdapter(Annotated[dict[str, _Column], Field(max_length=200)])


class ImportFile(BaseModel):
    """A file, and how it is to be imported."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    file: Annotated[UploadFile, File(description=f"The file: {'; '.join(ACCEPTED.values())}. At most 32 MB.")]
    dry_run: bool | None = None
    """The same as the query parameter."""
    source: RecordId | None = None
    """The id of the source that the file speaks for, if it is recorded already."""
    source_title: Line | None = None
    """Or the title of the source; a new one is added. By default the name of the file."""
    source_publisher: Line | None = None
    """Who published a new source."""
    source_url: WebAddress | None = None
    """Where a new source can be read."""
    source_as_of: Annotated[PartialDate, Field(examples=["2015-12"])] | None = None
    """The date whose state the source describes."""
    choices: Annotated[
        str, Field(examples=['{"moldova/end": "new"}']), Keywords(contentMediaType="application/json")
    ] = "{}"
    """What stands where the record and the file disagree, as JSON: for each conflict, by its `choice`, `recorded` or
    `new`."""
    columns: Annotated[
        str, Field(examples=['{"Land": "countries"}']), Keywords(contentMediaType="application/json")
    ] = "{}"
    """What columns of tables hold, as JSON: the field of each that is not known by its name."""
    prefer: Prefer = Prefer.ASK
    """What stands where no choice was made: `recorded`, `new`, or `ask`, which keeps the recorded value and leaves the
    conflict open."""
    on_reject: OnReject = OnReject.REFUSE
    """`refuse` records nothing while a part of the file is rejected; `skip` records the rest."""

    def is_dry(self, by_query: bool | None) -> bool:
        """Whether nothing is to be recorded. Raises Invalid where the form and the address disagree."""
        stated = {value for value in (by_query, self.dry_run) if value is not None}
        if len(stated) > 1:
            message = "the form and the address say different things about 'dry_run'"
            raise invalid_field("/dry_run", "contradiction", message)
        return stated != {False}

    async def request(self) -> ImportRequest:
        """What is asked for. Raises Invalid for what contradicts itself, and for choices that are none."""
        name = file_name(self.file)
        described = {"publisher": self.source_publisher, "url": self.source_url, "as_of": self.source_as_of}
        if self.source is not None and (self.source_title or any(described.values())):
            raise invalid_field("/source", "contradiction", "name a recorded source by its id, or describe a new one")
        source = ImportSource.model_validate({"id": self.source, "title": self.source_title or name, **described})
        choices, columns = _named("choices", self.choices, _CHOICES), _named("columns", self.columns, _COLUMNS)
        return ImportRequest(await self.file.read(), name, source, choices, self.prefer, columns)

    def digest(self, request: ImportRequest, *, is_dry: bool) -> bytes:
        """A hash of all that is asked for, whatever the form looks like byte by byte."""
        asked = self.model_dump_json(exclude={"file", "dry_run"})
        return hashlib.sha256(f"{asked} {is_dry} {request.file_name}\n".encode() + request.content).digest()


def _named(field: str, written: str, kind: TypeAdapter[Any]) -> Any:
    """A field of the form that holds JSON. Raises Invalid for what isn't of its kind."""
    try:
        return kind.validate_python(json.loads(written or "{}"))
    except ValidationError as error:
        items = validation_errors([{**item, "loc": ("body", field, *item["loc"])} for item in error.errors()])
        raise invalid(items) from None
    except (ValueError, RecursionError):
        raise invalid_field(f"/{field}", "json-invalid", "a JSON object is expected") from None


async def check_form(request: Request) -> None:
    """Raises UnsupportedMediaType for what is no form with a file, Invalid for fields that are unknown or repeated."""
    check_query(request)
    sent = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if sent != FORM:
        raise UnsupportedMediaType(
            f"The body is '{sent or 'of no stated type'}'; send {FORM} with the file in 'file'.",
            headers={"Accept-Post": FORM},
        )
    form, known = await request.form(), list(ImportFile.model_fields)
    for name in form:
        if name not in known:
            raise invalid_field(f"/{name}", "unknown-field", f"there is no field '{name}' here", known)
        if len(form.getlist(name)) > 1:
            raise invalid_field(f"/{name}", "repeated-name", f"the field '{name}' is there several times")


def file_name(file: UploadFile) -> str:
    """The name of the file without folders, as one line."""
    name = compose(file.filename or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter if letter.isprintable() else " " for letter in name).strip()
    return shown.encode("utf-8", "replace").decode()[:300] or "unnamed"
