"""What every list can be asked, and the page that it answers with."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from app.core.cursors import MAX_OFFSET
from app.core.filters import ReleaseName, Selection
from app.core.formats.negotiation import LISTS
from app.core.json_schema import Keywords
from app.core.languages import LabelLanguage
from app.core.parameters import IN_DIGITS

Record = TypeVar("Record", bound=BaseModel)


class Page(BaseModel, Generic[Record]):
    """A page of a list."""

    # Fields are described in place: to look for docstrings in each concrete page would take a fifth of the start.
    items: list[Record]
    total: Annotated[int, Field(description="How many records match, exactly.")]
    limit: Annotated[int, Field(description="How many records a page has at most.")]
    offset: Annotated[int, Field(description="How many records stand before this page.")]
    next: Annotated[
        str | None,
        Field(
            description="Where the next page is, or null on the last one. Follow it as it is: its cursor has no "
            "meaning outside."
        ),
    ]
    previous: Annotated[str | None, Field(description="Where the previous page is, or null on the first one.")]
    release: Annotated[
        str | None,
        Field(description="The release that answered; left out when it was the record as it stands."),
    ] = None


class _Names:
    """Marks the type of a parameter that names things of a closed set, separated by commas."""

    def __init__(self, code: str, what: str, allowed: Sequence[str], pattern: str, description: str) -> None:
        self.code = code
        self.what = what
        self.allowed = list(allowed)
        self.description = description
        self._pattern = f"^{pattern}(,{pattern})*$"
        self._known = frozenset(allowed)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Refuses other names, and lists these."""
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A string; its names are listed in words."""
        return {
            "type": "string",
            "pattern": self._pattern,
            "description": self.description,
            "examples": [self.allowed[0]],
        }

    def _check(self, value: str) -> str:
        parts = value.split(",")
        for part in parts:
            if part not in self._known:
                context = {"value": part, "what": self.what, "allowed": self.allowed}
                raise PydanticCustomError(self.code, "'{value}' is not {what}", context)
        if len({part.removeprefix("-") for part in parts}) < len(parts):
            raise PydanticCustomError("repeated", "a name stands twice")
        return value


class Sorting(_Names):
    """Marks a `sort` parameter with its closed set of orders: `Annotated[str, Sorting("title", "id")]`."""

    def __init__(self, *names: str) -> None:
        super().__init__(
            "unknown_sort",
            "an order of this list",
            [sign + name for name in names for sign in ("", "-")],
            f"-?({'|'.join(names)})",
            f"Comma-separated orders, `-` before one for descending: {', '.join(f'`{name}`' for name in names)}. "
            "The id always comes last, so that pages never overlap.",
        )


class FieldsOf(_Names):
    """Marks a `fields` parameter with the record whose fields can be named: `Annotated[str, FieldsOf(ActionRead)]`."""

    def __init__(self, model: type[BaseModel]) -> None:
        super().__init__(
            "unknown_field",
            "a field of this record",
            list(model.model_fields),
            f"({'|'.join(model.model_fields)})",
            "Only these fields, separated by commas; by default all of them.",
        )


class Paging(BaseModel):
    """The query parameters of every list, beside its filters, `sort` and `fields`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    limit: Annotated[int, Field(ge=1, le=500), IN_DIGITS] = 20
    """How many records a page has at most, 1 to 500."""
    offset: Annotated[int, Field(ge=0, le=MAX_OFFSET), IN_DIGITS] = 0
    """How many records to pass over. To walk through a long list, follow `next` instead: it costs less."""
    cursor: Annotated[str, Field(max_length=2000), Keywords(pattern="^[A-Za-z0-9_-]+$")] | None = None
    """A place in the list, as `next` and `previous` give it."""

    release: ReleaseName | None = None
    """Answer from this release instead of the record as it stands (`/releases` lists them)."""

    lang: LabelLanguage | None = None
    """Language of labels; by default what `Accept-Language` prefers, else English."""


class ListQuery(Paging):
    """What every list can be asked, beside its filters. A subclass names the values of `sort` and `fields`."""

    sort: str
    fields: str | None = None

    format: Annotated[str, LISTS.choice] | None = None
    """The format of the answer, before what `Accept` says; JSON by default. Any other format holds all records that
    match, not a page of them, unless `limit`, `offset` or `cursor` is given."""

    bom: bool = False
    """Begins a CSV with a byte order mark, so that Excel reads it as UTF-8."""


class PlainQuery(ListQuery):
    """What a list without filters can be asked."""

    def selection(self) -> Selection:
        """Everything."""
        return Selection({}, {}, date.min)


class ListParameters(Protocol):
    """A list query together with its filters."""

    limit: int
    offset: int
    cursor: str | None
    sort: str
    fields: str | None
    release: str | None

    def selection(self) -> Selection:
        """What the filters select."""
        ...
