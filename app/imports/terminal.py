"""A plan in the terminal, for `mieux import`."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.core.database import Database
from app.core.problems import Problem
from app.core.progress import Progress, shown
from app.core.text import compose
from app.entities import CHILDREN
from app.imports.drafts import Severity
from app.imports.importing import ImportRequest, Plan, commit, keep, make_plan
from app.imports.limits import MAX_FILE
from app.imports.models import Import
from app.imports.plan_storage import stored_actions
from app.imports.review import Review
from app.imports.schemas import (
    Choice,
    Conflict,
    Difference,
    ImportProblem,
    ImportSource,
    ImportSummary,
    OnReject,
    Operation,
    PlannedAction,
    Prefer,
    Statement,
)
from app.schema import check_schema

_STYLES = {
    Operation.CREATE: "green",
    Operation.UPDATE: "yellow",
    Operation.UNCHANGED: "dim",
    Operation.REJECT: "bold red",
    Severity.ERROR: "bold red",
    Severity.WARNING: "yellow",
    Severity.NOTE: "dim",
}
_LISTS = {name: entity.editing.noun for name, entity in CHILDREN.items()}
_LONGEST = 60


def show_plan(console: Console, plan: Plan, *, every_note: bool = False) -> None:
    """Prints what happens to each action and why; notes only on request."""
    table = Table(title=f"{plan.source.title} ({plan.format})", title_justify="left", header_style="bold")
    table.add_column("", no_wrap=True)
    table.add_column("line", justify="right", no_wrap=True)
    table.add_column("action", ratio=1)
    for planned in stored_actions(plan.actions):
        said = Text("\n").join([_title(planned), *_told(planned, every_note=every_note)])
        operation = Text(planned.operation.value, style=_STYLES[planned.operation])
        table.add_row(operation, str(planned.line or ""), said)
    console.print(table)
    for row in plan.references:
        if row.operation is not Operation.UNCHANGED:
            name = row.record.get("name") or row.record.get("title") or ""
            console.print(Text(f"{row.operation.value} {row.entity}: {name}", style=_STYLES[row.operation]))
            console.print(
                Text("\n").join(_problems(row.problems, every_note=every_note)), end="\n" if row.problems else ""
            )
    for line in _problems(plan.problems, every_note=every_note):
        console.print(line)
    console.print(Text(summed_up(plan.summary), style="bold"))


def summed_up(summary: ImportSummary) -> str:
    """The summary as a sentence."""
    counts = summary.model_dump(exclude={"conflicts", "lists"})
    parts = [f"{number} {name}" for name, number in counts.items() if number]
    open_ones = f"; {summary.conflicts} open conflicts" if summary.conflicts else ""
    return f"{', '.join(parts) or 'no actions'}{open_ones}."


def _title(planned: PlannedAction) -> Text:
    title = Text(planned.action.title or planned.action.slug or "?", style=_STYLES[planned.operation])
    numbers = {name: len(getattr(planned, name)) for name in _LISTS}
    parts = [f"{number} {_LISTS[name] if number == 1 else name}" for name, number in numbers.items() if number]
    return title.append(f"  {', '.join(parts)}", style="dim") if parts else title


def _told(planned: PlannedAction, *, every_note: bool) -> Iterator[Text]:
    """What changes, what is open, and what was met."""
    yield from _changes("", planned.differences, planned.conflicts)
    for name, noun in _LISTS.items():
        for place, child in enumerate(getattr(planned, name), 1):
            yield from _changes(f"{noun} {place}: ", child.differences, child.conflicts)
            if child.operation is Operation.CREATE and planned.operation is Operation.UPDATE:
                yield Text(f"  + {noun} {place}, line {child.line or '?'}", style="green")
    yield from _problems(planned.problems, every_note=every_note)


def _changes(before: str, differences: Iterable[Difference], conflicts: Iterable[Conflict]) -> Iterator[Text]:
    for difference in differences:
        yield Text(f"  {before}{difference.field}: {_short(difference.before)} → {_short(difference.after)}", "yellow")
    for conflict in conflicts:
        chosen = f", chosen: {conflict.chosen.value}" if conflict.chosen else ""
        yield Text(f"  ? {conflict.choice}{chosen}", "magenta")
        yield Text(f"      recorded: {_said(conflict.recorded)}", "magenta")
        yield Text(f"      new:      {_said(conflict.new)}", "magenta")


def _said(statement: Statement) -> str:
    who = statement.source or (f"by hand, {statement.key}" if statement.key else "by hand")
    line = f", line {statement.line}" if statement.line else ""
    return f"{_short(statement.value)} ({who}{line})"


def _problems(problems: Iterable[ImportProblem], *, every_note: bool) -> Iterator[Text]:
    for problem in problems:
        if problem.severity is Severity.NOTE and not every_note:
            continue
        place = ", ".join(
            part
            for part in (problem.sheet or "", f"line {problem.line}" if problem.line else problem.pointer or "")
            if part
        )
        quote = f" “{_short(problem.quote)}”" if problem.quote else ""
        where = f"{place}: " if place else ""
        yield Text(f"  {problem.severity.value}: {where}{problem.message}{quote}", _STYLES[problem.severity])


def _short(value: Any) -> str:
    """A value on one line."""
    match value:
        case None | []:
            return "nothing"
        case list():
            written = ", ".join(_short(item) for item in value)
        case dict():
            written = str(value.get("code") or value.get("slug") or value.get("name") or value.get("title"))
        case _:
            written = " ".join(str(value).split())
    return written if len(written) <= _LONGEST else f"{written[: _LONGEST - 1]}…"


async def run_import(
    database: Database,
    file: Path,
    commit_it: bool,
    source: str | None,
    choose: Sequence[str],
    prefer: str,
    on_reject: str,
    every_note: bool,
) -> bool:
    """Plans the import of a file, shows and keeps the plan, and commits it on request; gives whether nothing was
    rejected."""
    console, errors = Console(), Console(stderr=True)
    try:
        order = _order(file, source, choose, prefer)
        refusal = OnReject(on_reject)
        await check_schema(database.engine)
        with shown() as progress:
            plan = await _planned(database, order, progress)
        show_plan(console, plan, every_note=every_note)
        with shown() as progress:
            kept = await _kept(database, order, plan, refusal if commit_it else None, progress)
    except (Problem, ValueError) as error:
        errors.print(Text(str(error), style="red"))
        for item in getattr(error, "errors", [])[:20]:
            errors.print(Text(f"  {item.message}", style="red"))
        return False
    if commit_it:
        console.print(Text(f"Recorded as import {kept.id}.", style="green"))
    else:
        console.print(f"Nothing was recorded. The plan is kept as import {kept.id}; --commit records the file.")
    return not plan.summary.reject and not any(row.operation is Operation.REJECT for row in plan.references)


def _order(file: Path, source: str | None, choose: Sequence[str], prefer: str) -> ImportRequest:
    """What is to be imported. Raises ValueError for options that make no sense."""
    if file.stat().st_size > MAX_FILE:
        raise ValueError(f"{file.name} has more than {MAX_FILE // 1024 // 1024} MB: send it in parts.")
    key, name = int(source) if source and source.isdecimal() else None, compose(file.name)
    choices = {name: Choice(chosen) for name, _, chosen in (pair.rpartition("=") for pair in choose)}
    stated = ImportSource(id=key, title=compose(source) if source else name)
    return ImportRequest(file.read_bytes(), name, stated, choices, Prefer(prefer))


async def _planned(database: Database, order: ImportRequest, progress: Progress) -> Plan:
    async with database.read_primary() as connection:
        return await make_plan(connection, order, progress)


async def _kept(
    database: Database, order: ImportRequest, plan: Plan, commit_with: OnReject | None, progress: Progress
) -> Import:
    async with database.write() as session:
        kept = await keep(session, order, plan, None)
        if commit_with is not None:
            await commit(session, kept, Review(), commit_with, progress)
        await session.commit()
    return kept
