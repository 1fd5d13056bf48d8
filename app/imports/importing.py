"""An import from beginning to end: read, plan, keep, commit.

Reading and planning take the processor for seconds when a file is large, so they run beside the event loop, one file
at a time, and the record is loaded in pieces.
"""

import gc
import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.audit import State as RegistryState
from app.core.database import now
from app.core.problems import ErrorItem, invalid_field
from app.core.progress import Progress, silent
from app.imports.apply import Applier, is_touched
from app.imports.conflicts import conflicts_of, decide, errors_of
from app.imports.drafts import CHILDREN, ParsedFile, Severity
from app.imports.formats import read_file
from app.imports.models import Import
from app.imports.plan import Planner
from app.imports.plan_storage import PlanWriter, stored_actions
from app.imports.problems import RecordMoved, RejectedRecords
from app.imports.references import planned_row
from app.imports.review import Review, check_choices
from app.imports.schemas import (
    Choice,
    ImportProblem,
    ImportSource,
    ImportSummary,
    OnReject,
    Operation,
    PlannedAction,
    PlannedReference,
    Prefer,
    State,
)
from app.imports.snapshot import load_actions, load_history, load_keys, load_known

Result = TypeVar("Result")

PIECE = 100
KEPT = timedelta(days=30)
"""How long a plan waits to be committed."""
_one_at_a_time = CapacityLimiter(1)
_PROBLEMS: TypeAdapter[list[ImportProblem]] = TypeAdapter(list[ImportProblem])
_REFERENCES: TypeAdapter[list[PlannedReference]] = TypeAdapter(list[PlannedReference])


@dataclass(frozen=True)
class ImportRequest:
    """What is to be imported, and how."""

    content: bytes
    file_name: str
    source: ImportSource
    """An id, or a title with what else is known of a source that may be new."""
    choices: Mapping[str, Choice] = field(default_factory=dict)
    prefer: Prefer = Prefer.ASK
    columns: Mapping[str, str] = field(default_factory=dict)
    """The fields that columns of tables hold, by the names of the columns."""


@dataclass
class Plan:
    """A plan that is ready to be kept."""

    format: str
    source: ImportSource
    summary: ImportSummary
    references: list[PlannedReference]
    problems: list[ImportProblem]
    actions: bytes
    epoch: str
    """The epoch of the versions that the plan was made against."""


async def _beside(work: Callable[..., Result], *arguments: Any) -> Result:
    return await to_thread.run_sync(partial(_uncollected, work, *arguments), limiter=_one_at_a_time)


def _uncollected(work: Callable[..., Result], *arguments: Any) -> Result:
    """Does the work while nobody looks for garbage in cycles. Drafts are many and have none, and walking over all of
    them again and again takes a third of the time of a large file."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return work(*arguments)
    finally:
        if was_enabled:
            gc.enable()


async def make_plan(connection: AsyncConnection, request: ImportRequest, progress: Progress = silent) -> Plan:
    """Reads the file and compares it with the record as the connection sees it.

    Raises UnreadableFile, UnsupportedMediaType, and Invalid for a source or choice that isn't there.
    """
    reading = await _beside(read_file, request.content, request.file_name, request.columns)
    progress("plan", 0, len(reading.actions))
    epoch = await connection.scalar(select(RegistryState.epoch)) or ""
    known = await load_known(connection)
    if request.source.id is not None and request.source.id not in known.references["sources"]:
        raise invalid_field("/source", "unknown-reference", f"there is no source '{request.source.id}'")
    keys = await load_keys(connection, reading.actions)
    planner = await _beside(Planner, reading, known, request.source, keys, request.choices)
    keeper, summary, open_choices, speaks = PlanWriter(), ImportSummary(), set[str](), False
    for start in range(0, len(reading.actions), PIECE):
        for planned in await _plan_piece(connection, planner, range(start, min(start + PIECE, len(reading.actions)))):
            open_choices.update(conflict.choice for _, _, conflict in conflicts_of(planned))
            _count(summary, planned, decide(planned, request.choices, request.prefer))
            speaks = speaks or (planned.speaks_for == planner.source and is_touched(planned))
            keeper.add(planned)
        progress("plan", min(start + PIECE, len(reading.actions)), len(reading.actions))
    check_choices(request.choices, open_choices | planner.answered)
    references = _references(planner, speaks=speaks)
    for row in references:
        summary.count(row.entity, row, row.operation)
    return Plan(
        reading.format,
        planner.source,
        summary,
        references,
        _problems(reading),
        keeper.kept(),
        epoch,
    )


async def _plan_piece(connection: AsyncConnection, planner: Planner, places: Sequence[int]) -> list[PlannedAction]:
    """Plans some actions. What differs is planned a second time with its history, which says who said what."""
    ids = [match.id for place in places if (match := planner.matches[place]) is not None]
    recorded = await load_actions(connection, ids)

    def plan(wanted: Sequence[int]) -> list[PlannedAction]:
        matches = [planner.matches[place] for place in wanted]
        return [
            planner.plan(place, None if match is None else recorded.get(match.id))
            for place, match in zip(wanted, matches, strict=True)
        ]

    planned = dict(zip(places, await _beside(plan, places), strict=True))
    different = [
        place
        for place, action in planned.items()
        if action.version is not None and (action.operation is not Operation.UNCHANGED or any(conflicts_of(action)))
    ]
    await load_history(connection, [recorded[match.id] for place in different if (match := planner.matches[place])])
    planned |= zip(different, await _beside(plan, different), strict=True)
    return list(planned.values())


def _count(summary: ImportSummary, planned: PlannedAction, open_conflicts: int) -> None:
    name = "excluded" if planned.excluded else planned.operation.value
    setattr(summary, name, getattr(summary, name) + 1)
    summary.conflicts += open_conflicts
    for kind in CHILDREN:
        for child in getattr(planned, kind):
            summary.count(kind, child, child.operation)


def _references(planner: Planner, *, speaks: bool) -> list[PlannedReference]:
    """What happens to what actions refer to, with the import's own source when it is new and needed."""
    planned = planner.planned_references
    if planner.source.id is None and speaks:
        record = planner.source.model_dump(exclude={"id"})
        if not any(row.entity == "sources" and row.record.get("title") == record["title"] for row in planned):
            added = planned_row("sources", Operation.CREATE, None, None, record, [], [])
            planned.append(PlannedReference.model_validate(added))
    places = defaultdict[str, int](int)
    for row in planned:
        places[row.entity] += 1
        row.item = f"{row.entity}/{places[row.entity]}"
        for problem in row.problems:
            problem.item = row.item
    return planned


def _problems(reading: ParsedFile) -> list[ImportProblem]:
    return [ImportProblem.model_validate(finding, from_attributes=True) for finding in reading.problems]


async def keep(session: AsyncSession, request: ImportRequest, plan: Plan, key_name: str | None) -> Import:
    """Keeps a plan for review, and lets go of those that nobody committed in time.

    Raises RecordMoved when a backup was restored since the plan was made.
    """
    if await session.scalar(select(RegistryState.epoch)) != plan.epoch:
        raise RecordMoved("A backup was restored while the file was compared with the record. Send it again.")
    instant = now()
    await session.execute(delete(Import).where(Import.state == State.PLANNED.value, Import.created_at < instant - KEPT))
    kept = Import(
        created_at=instant,
        key_name=key_name,
        file_name=request.file_name,
        sha256=hashlib.sha256(request.content).hexdigest(),
        format=plan.format,
        state=State.PLANNED.value,
        source=plan.source.model_dump(mode="json"),
        summary=plan.summary.model_dump(),
        rest={
            "columns": dict(request.columns),
            "references": _REFERENCES.dump_python(plan.references, mode="json"),
            "problems": _PROBLEMS.dump_python(plan.problems, mode="json"),
        },
        actions=plan.actions,
    )
    session.add(kept)
    await session.flush()
    return kept


async def commit(
    session: AsyncSession, kept: Import, review: Review, on_reject: OnReject, progress: Progress = silent
) -> None:
    """Does what a kept plan shows and the review makes of it, in the session's transaction.

    Raises RecordMoved when the record is no longer the one that the plan was made against, or the plan was committed
    already; RejectedRecords where something can't be imported and `on_reject` doesn't skip it; Invalid for items and
    conflicts that the plan doesn't have.
    """
    if kept.state != State.PLANNED.value:
        raise RecordMoved(f"Import {kept.id} was committed already.")
    applier = Applier(session, kept.id)
    references = review.references(_REFERENCES.validate_python(kept.rest["references"]))
    actions, summary, rejected = await _beside(_review_all, kept.actions, review)
    for row in references:
        summary.count(row.entity, row, row.operation)
    wanted = [row for row in references if not row.excluded]
    rejected += [row_problem for row in wanted for row_problem in row.problems if row.operation is Operation.REJECT]
    rejected += [
        problem for problem in _PROBLEMS.validate_python(kept.rest["problems"]) if problem.severity is Severity.ERROR
    ]
    if rejected and on_reject is OnReject.REFUSE:
        raise _rejection(rejected)
    expected, new_slugs = await _beside(_expectations, actions)
    await applier.check_versions(expected, new_slugs)
    await applier.references.write(wanted)
    done, total = 0, sum(summary.model_dump(exclude={"conflicts", "lists"}).values())
    async for number in applier.write(stored_actions(actions)):
        done += number
        progress("write", done, total)
    kept.state, kept.committed_at = State.COMMITTED.value, now()
    kept.actions, kept.summary = actions, summary.model_dump()
    kept.rest = {**kept.rest, "references": _REFERENCES.dump_python(references, mode="json")}
    await session.flush()


def _review_all(kept: bytes, review: Review) -> tuple[bytes, ImportSummary, list[ImportProblem]]:
    writer, summary, rejected = PlanWriter(), ImportSummary(), list[ImportProblem]()
    for planned in stored_actions(kept):
        _count(summary, planned, review.action(planned))
        if planned.operation is Operation.REJECT and not planned.excluded:
            rejected += errors_of(planned)
        writer.add(planned)
    review.check()
    return writer.kept(), summary, rejected


def _expectations(actions: bytes) -> tuple[dict[int, tuple[int, str]], list[str]]:
    """The versions that the plan was made against, of what it will touch, and the slugs that must still be free."""
    expected: dict[int, tuple[int, str]] = {}
    new_slugs = []
    for planned in stored_actions(actions):
        slug = planned.action.slug or ""
        if planned.action.id is not None and planned.version is not None and is_touched(planned):
            expected[planned.action.id] = (planned.version, slug)
        elif planned.operation is Operation.CREATE and not planned.excluded:
            new_slugs.append(slug)
    return expected, new_slugs


def _rejection(rejected: Sequence[ImportProblem]) -> RejectedRecords:
    def place(problem: ImportProblem) -> str:
        parts = [f"sheet {problem.sheet}" if problem.sheet else "", f"line {problem.line}" if problem.line else ""]
        return ", ".join(part for part in parts if part)

    errors = [
        ErrorItem(
            pointer=problem.pointer,
            code=problem.code,
            message=f"{where}: {problem.message}" if (where := place(problem)) else problem.message,
        )
        for problem in rejected[:100]
    ]
    more = f" The first 100 of {len(rejected)} are listed." if len(rejected) > 100 else ""
    return RejectedRecords(
        f"{errors[0].message}. Nothing was imported; correct it, or send on_reject=skip.{more}", errors=errors
    )
