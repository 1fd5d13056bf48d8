"""The workbook to fill in: a sheet for each kind of record, and a codebook. It is read as it is written."""

import io
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.threads import run_large
from app.imports.entities import ENTITIES, Entity, Kind
from app.imports.naming import COUNTRY, THEME, vocabulary_of
from app.reference.countries import COUNTRIES
from app.reference.models import Theme
from app.reference.schemas import LANGUAGES
from app.reference.vocabularies import VOCABULARIES, label_of

ROWS: Final = 5000
"""How many rows have drop-downs."""
_WIDTHS: Final = {"title": 45, "objective": 60, "summary": 60, "description": 60, "source_quote": 60, "name": 45}
_NOTES: Final[Mapping[str, str]] = {
    "action": "The slug of its action, as in the sheet 'actions', or its id.",
    "activity": "The position of an activity of the same action, or its id. Empty where only the action is named.",
    "follows": "The slug or id of the earlier action that this one continues.",
    "partners": "Names of partners, or their ids.",
    "source": "The id or title of the source. Empty: the source of the import.",
}
_FORMS: Final = {
    Kind.LIST: "Several are separated by semicolons.",
    Kind.DATE: "A year (2010), a month (2010-05) or a day (2010-05-17), as text.",
    Kind.NUMBER: "",
    Kind.TEXT: "",
}


def _vocabularies(themes: Iterable[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """The values of each vocabulary, with their labels."""
    return {
        **{name: [(member.value, label_of(member)) for member in members] for name, members in VOCABULARIES.items()},
        THEME: list(themes),
        COUNTRY: sorted(((code, row.name) for code, row in COUNTRIES.items()), key=lambda pair: pair[1]),
        "language": [(code, "") for code in LANGUAGES],
    }


def note_of(entity: Entity, column: str) -> str:
    """What a column means, for who fills it in."""
    own = _NOTES.get(column)
    text = own or str(entity.create.model_fields[column].description or "").replace("\n", " ").replace("`", "")
    needed = "Needed. " if column in entity.required else ""
    return " ".join(f"{needed}{text} {_FORMS[entity.kinds[column]]}".split())


def columns_of(entity: Entity) -> list[str]:
    """The columns of a sheet: what names the record first, then what is needed, then the rest."""
    first = [
        name
        for name in ("slug", "action", "activity", "position", "type", "kind", "title", "name")
        if name in entity.kinds
    ]
    return [*first, *(name for name in entity.kinds if name not in first)]


async def template_workbook(session: AsyncSession) -> bytes:
    """The workbook, with the themes that there are."""
    themes = await session.execute(select(Theme.slug, Theme.name).order_by(Theme.slug))
    return await run_large(_written, tuple((slug, name) for slug, name in themes))


@lru_cache(maxsize=2)
def _written(themes: tuple[tuple[str, str], ...]) -> bytes:
    vocabularies = _vocabularies(themes)
    content = io.BytesIO()
    import xlsxwriter

    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = {
        "header": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"}),
        "needed": book.add_format({"bold": True, "bottom": 1, "bg_color": "#FFE9B8"}),
        "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
    }
    ranges = _ranges(vocabularies)
    for entity in ENTITIES.values():
        _write_sheet(book, entity, formats, ranges)
    _write_codebook(book, vocabularies, formats)
    book.close()
    return content.getvalue()


def _write_sheet(book: Any, entity: Entity, formats: Mapping[str, Any], ranges: Mapping[str, str]) -> None:
    sheet = book.add_worksheet(entity.name)
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(columns_of(entity)):
        sheet.set_column(place, place, _WIDTHS.get(column, 18), formats["text"])
        sheet.write_string(0, place, column, formats["needed" if column in entity.required else "header"])
        sheet.write_comment(0, place, note_of(entity, column), {"x_scale": 2, "y_scale": 1.2})
        vocabulary = "language" if column == "languages" else vocabulary_of(entity, column)
        if vocabulary is not None:
            is_list = entity.kinds[column] is Kind.LIST
            sheet.data_validation(
                1,
                place,
                ROWS,
                place,
                {
                    "validate": "list",
                    "source": ranges[vocabulary],
                    # Several values in one cell are typed, or picked and joined.
                    "error_type": "information" if is_list else "warning",
                    "error_title": "Not in the codebook",
                    "error_message": "Separate several by semicolons." if is_list else "Pick a value from the list.",
                },
            )


def _ranges(vocabularies: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, str]:
    """Where the values of each vocabulary stand in the codebook."""
    found, row = {}, 2
    for name, values in vocabularies.items():
        found[name] = f"=codebook!$B${row}:$B${row + len(values) - 1}"
        row += len(values)
    return found


def _write_codebook(
    book: Any, vocabularies: Mapping[str, Sequence[tuple[str, str]]], formats: Mapping[str, Any]
) -> None:
    sheet = book.add_worksheet("codebook")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 2, 45)
    sheet.write_row(0, 0, ("vocabulary", "value", "label"), formats["header"])
    rows = [(name, *pair) for name, values in vocabularies.items() for pair in values]
    for row, cells in enumerate(rows, 1):
        sheet.write_row(row, 0, cells)
    sheet.write_row(0, 4, ("sheet", "column", "meaning"), formats["header"])
    sheet.set_column(4, 5, 20)
    sheet.set_column(6, 6, 100)
    meanings = [
        (entity.name, column, note_of(entity, column)) for entity in ENTITIES.values() for column in columns_of(entity)
    ]
    for row, cells in enumerate(meanings, 1):
        sheet.write_row(row, 4, cells)
