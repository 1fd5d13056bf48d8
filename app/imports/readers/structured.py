"""JSON and NDJSON: records as the API answers them, or as it takes them."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any, NoReturn

from app.imports.assembly import as_key, assemble
from app.imports.drafts import CHILDREN, ActionDraft, Draft, Finding, ParsedFile, Severity
from app.imports.entities import ENTITIES, Entity, recognise
from app.imports.limits import MAX_CELLS, MAX_RECORDS, refuse_beyond
from app.imports.problems import UnreadableFile
from app.imports.readers.decoding import lines_of

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ENVELOPE = frozenset({"items", "total", "limit", "offset", "next", "previous"})


def read_json(text: str, found: list[Finding], file_name: str) -> ParsedFile:
    """An action, a list of records of one kind, `{"items": [...]}`, or lists under the names of their kinds.

    Raises UnreadableFile for what is not JSON, or has none of these forms.
    """
    _refuse_too_many(text, "[{,")
    document = _parse(text, "The file")
    rows: dict[str, list[Draft]] = {}
    for name, pointer, items in _lists(document):
        _add(rows, items, pointer, name or PurePath(file_name).stem.casefold(), is_certain=bool(name))
    return assemble("json", rows, found)


def read_ndjson(text: str, found: list[Finding], file_name: str) -> ParsedFile:
    """One record on each line, of one or several kinds.

    Raises UnreadableFile for a line that is not a JSON object, naming it.
    """
    rows: dict[str, list[Draft]] = {}
    stem = PurePath(file_name).stem.casefold()
    _refuse_too_many(text, "[{,\r\n")
    for number, line in enumerate(lines_of(text), 1):
        if line.strip():
            item = _parse(line, f"Line {number}")
            _add(rows, [item], "", stem, is_certain=False, line=number)
    return assemble("ndjson", rows, found)


def _refuse_too_many(text: str, signs: str) -> None:
    """Refuses more values than are read, each of which has a sign: an empty list takes three bytes in a file and fifty
    in memory."""
    refuse_beyond(sum(map(text.count, signs)), MAX_CELLS, "values")


def _parse(text: str, where: str) -> Any:
    try:
        document = json.loads(text, object_pairs_hook=_named_once, parse_constant=_refuse_constant)
        if _SURROGATE.search(text):
            json.dumps(document, ensure_ascii=False).encode()  # half of a pair is no character
    except json.JSONDecodeError as error:
        is_cut = error.pos >= len(text.rstrip()) - 1 or "Unterminated string" in error.msg
        hint = " The file seems to be cut off." if is_cut else ""
        place = f"line {error.lineno}, column {error.colno}" if where == "The file" else f"column {error.colno}"
        raise UnreadableFile(f"{where} is not JSON: {error.msg} at {place}.{hint}") from None
    except UnicodeEncodeError:
        raise UnreadableFile(f"{where} has half a character: a \\ud800 to \\udfff without its other half.") from None
    except RecursionError:
        raise UnreadableFile(f"{where} is nested too deeply.") from None
    except ValueError as error:
        raise UnreadableFile(f"{where} can't be read: {error}.") from None
    return document


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two values of one name counts is anybody's guess, so none does."""
    named = dict(pairs)
    if len(named) < len(pairs):
        name, count = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"an object has the name '{name}' {count} times")
    return named


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _lists(document: Any) -> Iterable[tuple[str, str, list[Any]]]:
    """The lists of records in a document: the name of their kind where it is told, a pointer, and the records."""
    match document:
        case list():
            return [("", "", document)]
        case {"items": list() as items, **rest} if rest.keys() <= _ENVELOPE:
            return [("", "/items", items)]
        case {"title": _, **rest} if not rest.keys() <= ENTITIES.keys():
            return [("", "", [document])]
        case dict() if document and document.keys() <= ENTITIES.keys():
            return [(name, f"/{name}", items) for name, items in document.items() if _is_list(name, items)]
    names = ", ".join(ENTITIES)
    raise UnreadableFile(
        f'Nothing to import was found: a list of records, {{"items": [...]}}, an action, or lists of {names} are read.'
    )


def _is_list(name: str, items: Any) -> bool:
    if not isinstance(items, list):
        raise UnreadableFile(f"'{name}' is not a list of records.")
    return True


def _add(
    rows: dict[str, list[Draft]],
    items: list[Any],
    pointer: str,
    name: str,
    *,
    is_certain: bool,
    line: int | None = None,
) -> None:
    for place, item in enumerate(items):
        where = f"{pointer}/{place}" if line is None else ""
        if not isinstance(item, dict):
            raise UnreadableFile(f"{where or f'Line {line}'} is not an object, as a record is.")
        entity = ENTITIES[name] if is_certain else _entity(item, name)
        if entity is None:
            names = ", ".join(list(item)[:8]) or "nothing"
            raise UnreadableFile(f"{where or f'Line {line}'} has {names}: that is no kind of record that is known.")
        kind = rows.setdefault(entity.name, [])
        kind.append(_action(item, where, line) if entity.name == "actions" else _draft(item, where, line))
        refuse_beyond(len(kind), MAX_RECORDS, "records of a kind")


def _entity(item: Mapping[str, Any], name: str) -> Entity | None:
    return recognise(item, name) or (ENTITIES["actions"] if item.keys() & {"slug", "countries", "summary"} else None)


def _draft(item: dict[str, Any], pointer: str, line: int | None) -> Draft:
    return Draft(values=item, line=line, pointer=pointer or None)


def _action(item: dict[str, Any], pointer: str, line: int | None) -> ActionDraft:
    """An action, with the lists that it has: those are complete."""
    lists = {name: item.pop(name) for name in CHILDREN if isinstance(item.get(name), list)}
    draft = ActionDraft(values=item, line=line, pointer=pointer or None, complete_lists=frozenset(lists))
    for name, children in lists.items():
        for place, child in enumerate(children):
            where = f"{pointer}/{name}/{place}"
            if isinstance(child, dict):
                made = Draft(values=child, line=line, pointer=where)
                named = as_key(child.pop("action", None))
                if named is not None and "id" in item and named not in (item["id"], item.get("slug")):
                    message = f"it is part of action {item['id']} and names action {named}"
                    made.problems.append(made.finding(Severity.ERROR, "another-action", message))
                getattr(draft, name).append(made)
            else:
                message = f"{where}: an object is expected"
                draft.problems.append(
                    Finding(severity=Severity.ERROR, code="object-type", message=message, line=line, pointer=where)
                )
    return draft
