"""The plan of one action: its draft against the record, field by field, then what belongs to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.actions.confirming import last_known_day
from app.imports.comparison import Compared, Side, compare
from app.imports.drafts import CHILDREN, ActionDraft, Draft, Finding, Severity
from app.imports.entities import ENTITIES
from app.imports.matching.actions import question
from app.imports.matching.children import match_children
from app.imports.matching.findings import identity_findings
from app.imports.naming import THEME, unknown_value
from app.imports.precedence import Sender
from app.imports.presentation import show_action, show_child, statement_of
from app.imports.record import Recorded, RecordedAction
from app.imports.references import Partner
from app.imports.schemas import ImportSource, Operation, PlannedAction
from app.imports.validation import check

if TYPE_CHECKING:
    from app.imports.plan import Planner

Values = dict[str, Any]


class ActionPlan:
    """The plan of one action, while it is made."""

    def __init__(self, planner: "Planner", place: int, recorded: RecordedAction | None) -> None:
        self.planner = planner
        self.item = str(place + 1)
        self.draft: ActionDraft = planner.reading.actions[place]
        draft = self.draft
        self.slug = planner.slugs[place]
        self.is_repeated = place in planner.repeated
        self.recorded = recorded
        self.problems: list[Finding] = list(draft.problems)
        self.source = self._source()
        self.reader = self._reader()
        self.match = planner.match(place)

    def _source(self) -> ImportSource | None:
        """Where the file says that the action was read; for a table without a word of it, the source of the import."""
        named = self.draft.values.get("source")
        found = self.planner.references.source_of(named)
        if found is None and named is not None and "source" in self.draft.values:
            message = "source: it is not in this registry, so the source of the import stands in its place"
            self._report(self.draft, "unknown-source", message, "source", Severity.WARNING)
        return found or (None if named is None and "source" in self.draft.values else self.planner.source)

    def _reader(self) -> Sender:
        values, recorded = self.draft.values, self.recorded
        children = [child for name in CHILDREN for child in getattr(self.draft, name)]
        is_own = recorded is not None and (
            values.get("id") == recorded.id
            or ("title" not in values and any("id" in child.values for child in children))
        )
        version = values.get("version")
        if is_own:
            return Sender(None, is_editor=True, version=version if isinstance(version, int) else None)
        return Sender((self.source or self.planner.source).id)

    def _report(
        self, draft: Draft, code: str, message: str, column: str | None = None, severity: Severity = Severity.ERROR
    ) -> None:
        self.problems.append(draft.finding(severity, code, message, column))

    # -- the action itself --

    def plan(self) -> PlannedAction:
        """Compares the action, then what belongs to it."""
        self.problems += identity_findings(self.draft, self.match)
        own = self._plan_own()
        children = {name: self._plan_children(name) for name in CHILDREN}
        operation = self._operation(own, [child for kind in children.values() for child in kind])
        if operation is Operation.REJECT:
            self._reject(children)
        return PlannedAction.model_validate(
            {
                "item": self.item,
                "operation": operation,
                "line": self.draft.line,
                "sheet": self.draft.sheet,
                "version": None if self.recorded is None else self.recorded.version,
                "speaks_for": None if self.reader.is_editor else self.source or self.planner.source,
                "action": show_action(own.values, self.recorded, self.slug, self.planner.known),
                **children,
                "differences": own.differences,
                "conflicts": [*own.conflicts, *self._question()],
                "problems": self.problems,
            },
            from_attributes=True,
        )

    def _reject(self, children: Mapping[str, Sequence[Values]]) -> None:
        """What belongs to an action that is rejected is rejected with it, and says so, wherever the file has it."""
        name = self.slug or self.draft.values.get("id")
        message = f"not recorded, since its action '{name}' is rejected"
        wrong = {problem.item for problem in self.problems if problem.severity is Severity.ERROR}
        for kind, planned in children.items():
            for child, draft in zip(planned, getattr(self.draft, kind), strict=True):
                child["operation"] = Operation.REJECT
                if child["item"] in wrong:
                    continue
                self._report(draft, "rejected-action", message, severity=Severity.NOTE)
                self.problems[-1].item = child["item"]

    def _operation(self, own: Compared, children: Sequence[Values]) -> Operation:
        if any(problem.severity is Severity.ERROR for problem in self.problems):
            return Operation.REJECT
        if self.recorded is None:
            return Operation.CREATE
        changes = own.differences or any(child["operation"] is not Operation.UNCHANGED for child in children)
        return Operation.UPDATE if changes else Operation.UNCHANGED

    def _plan_own(self) -> Compared:
        entity, recorded = ENTITIES["actions"], self.recorded
        before = None if recorded is None else self._recorded_values(recorded)
        if recorded is None and "title" not in self.draft.values:
            name = self.draft.values.get("slug") or self.draft.values.get("id")
            self._report(self.draft, "unknown-action", f"there is no action '{name}'", "action")
            values, _ = check(entity, self.draft)
            return Compared({**values, "partners": [], "follows": None, "source": None}, [], [])
        named = replace(self.draft, values={k: v for k, v in self.draft.values.items() if k != "slug"})
        draft = self.draft if recorded is None else named
        values, found = check(entity, draft, None if recorded is None else recorded.values)
        self.problems += found
        self._check_slug()
        self._check_themes(values)
        values |= {
            "partners": self._partners(before),
            "follows": self._follows(before),
            "source": self._stated_source(before),
        }
        values["confirmed_on"] = self._confirmed_on(before, values)
        values["slug"] = self.slug
        if recorded is None or before is None:
            return Compared(values, [], [])
        stated = [name for name in (*self.draft.values, "source") if name in values and name != "slug"]
        side = Side(
            entity="actions",
            record=recorded.id,
            choice=f"{self.slug}",
            draft=self.draft,
            fields=list(dict.fromkeys(stated)),
        )
        compared = compare(
            self.planner.known, recorded, before, values, side, self.reader, self.source or self.planner.source
        )
        if "confirmed_on" not in side.fields and values["confirmed_on"] != before["confirmed_on"]:
            compared.values["confirmed_on"] = values["confirmed_on"]
            known = {"before": before["confirmed_on"], "after": values["confirmed_on"]}
            compared.differences.append({"field": "confirmed_on", **known})
        return compared

    def _question(self) -> Iterator[Values]:
        """Whether it is a recorded action, as what the editor has to choose."""
        if (key := self.match.asked) is not None:
            yield {
                "choice": question(key),
                "field": "title",
                "recorded": {"value": key.title},
                "new": {"value": self.draft.values["title"], "line": self.draft.line},
            }

    def _check_slug(self) -> None:
        if self.is_repeated:
            self._report(self.draft, "repeated-slug", f"slug: '{self.slug}' names another action already", "slug")

    def _check_themes(self, values: Values) -> None:
        known = self.planner.references.themes
        for slug in values["themes"]:
            if slug not in known:
                self._report(self.draft, "unknown-theme", f"themes: {unknown_value(THEME, slug)}", "themes")
        values["themes"] = list(dict.fromkeys(known.get(slug, slug) for slug in values["themes"]))

    def _recorded_values(self, recorded: RecordedAction) -> Values:
        partners = self.planner.references.partners
        source = recorded.values["source"]
        return {
            **recorded.values,
            "partners": [partners[key] for key in recorded.values["partners"] if key in partners],
            "follows": self.planner.known.slug_of(recorded.values["follows"]),
            "source": None if source is None else self.planner.references.source_of({"id": source}),
        }

    def _partners(self, before: Values | None) -> list[Partner]:
        if "partners" not in self.draft.values:
            return before["partners"] if before is not None else []
        found: list[Partner] = []
        named = self.draft.values["partners"]
        for one in named if isinstance(named, list) else [named]:
            partner = self.planner.references.partner(one)
            if isinstance(partner, str):
                self._report(self.draft, "unknown-reference", f"partners: {partner}", "partners")
            elif partner not in found:
                found.append(partner)
        return found

    def _follows(self, before: Values | None) -> str | None:
        if "follows" not in self.draft.values:
            return before["follows"] if before is not None else None
        named = self.draft.values["follows"]
        if named is None:
            return None
        slug = (
            named
            if isinstance(named, str)
            else self.planner.known.slug_of(named.get("id") if isinstance(named, dict) else None)
        )
        meant = self.planner.meant(slug) if slug else None
        if meant is not None and meant != self.slug:
            return meant
        name = slug or (named.get("id") if isinstance(named, dict) else named)
        message = "an action can't follow itself" if meant else f"there is no action '{name}'"
        severity = Severity.WARNING if self.planner.reading.format == "page" else Severity.ERROR
        self._report(self.draft, "unknown-reference", f"follows: {message}", "follows", severity)
        return before["follows"] if before is not None else None

    def _stated_source(self, before: Values | None) -> ImportSource | None:
        """A recorded action keeps the source that it has, unless a table says otherwise."""
        recorded: ImportSource | None = None if before is None else before["source"]
        is_stated = "source" in self.draft.values
        if before is None or recorded is None:
            return None if self.reader.is_editor and not is_stated else self.source
        return self.source if is_stated and self.reader.is_editor else recorded

    def _confirmed_on(self, before: Values | None, values: Values) -> str | None:
        """The last day on which its state is known: a newer source that speaks of an open end resolves it."""
        stated: str | None = values["confirmed_on"]
        if "confirmed_on" in self.draft.values:
            return stated
        source = values["source"] if before is None else self.source or self.planner.source
        day = last_known_day(None if source is None or self.reader.is_editor else source.as_of)
        if before is None:
            return day
        known = before["confirmed_on"]
        is_newer = known is not None and day is not None and known < day
        return day if is_newer and "end" in self.draft.values and before["end"] is None else known

    # -- what belongs to it --

    def _plan_children(self, kind: str) -> list[Values]:
        drafts: list[Draft] = getattr(self.draft, kind)
        recorded: list[Recorded] = [] if self.recorded is None else self.recorded.children[kind]
        drafts = [self._resolved(kind, place, draft) for place, draft in enumerate(drafts, 1)]
        speaks_for_all = self.reader.is_editor or self._is_same_source()
        matches = match_children(kind, drafts, recorded, in_order=speaks_for_all, is_own=self.reader.is_editor)
        if kind == "activities":
            self._activities = [None if match is None else match.id for match in matches]
        planned = [
            self._plan_child(kind, place, draft, match)
            for place, (draft, match) in enumerate(zip(drafts, matches, strict=True), 1)
        ]
        if kind in self.draft.complete_lists and speaks_for_all:
            self._note_missing(kind, recorded, matches)
        return planned

    def _is_same_source(self) -> bool:
        its_source = None if self.recorded is None else self.recorded.values["source"]
        return its_source is None or its_source == self.reader.source

    def _item_of(self, kind: str, place: int) -> str:
        return f"{self.item}/{kind}/{place}"

    def _resolved(self, kind: str, place: int, draft: Draft) -> Draft:
        """A deployment's activity as its id, where it is recorded, or as its place in the file: (place,)."""
        if kind != "deployments" or draft.values.get("activity") is None:
            return draft
        named: Any = draft.values["activity"]
        activity: Any = None
        if isinstance(named, int) and not isinstance(named, bool) and 1 <= named <= len(self._activities):
            activity = self._activities[named - 1] or (named,)
        elif isinstance(named, dict) and self.recorded is not None:
            recorded = self.recorded.children["activities"]
            activity = next((row.id for row in recorded if row.id == named.get("id")), None) or next(
                (row.id for row in recorded if row.values["position"] == named.get("id")), None
            )
        if activity is None:
            shown = named.get("id") if isinstance(named, dict) else named
            message = f"activity: the action has no activity '{shown}'"
            self._report(draft, "unknown-reference", message, "activity")
            self.problems[-1].item = self._item_of(kind, place)
        return replace(draft, values={**draft.values, "activity": activity})

    def _plan_child(self, kind: str, place: int, draft: Draft, recorded: Recorded | None) -> Values:
        entity = ENTITIES[kind]
        values, found = check(entity, draft, None if recorded is None else recorded.values)
        for problem in (*draft.problems, *found):
            problem.item = self._item_of(kind, place)
            self.problems.append(problem)
        if kind == "activities":
            values["status"] = statement_of(values, None if recorded is None else recorded.values["status"])
        if kind == "deployments":
            kept = None if recorded is None else recorded.values["activity"]
            values["activity"] = draft.values.get("activity", kept)
        if recorded is None and self.reader.is_editor and isinstance(its_id := draft.values.get("id"), int):
            message = f"{its_id} is none of its {kind}, or another one: read as a new one"
            self._report(draft, "unknown-id", message, "id", Severity.WARNING)
        if recorded is None or self.recorded is None:
            compared, operation = Compared(values, [], []), Operation.CREATE
        else:
            stated = [name for name in draft.values if name in values]
            side = Side(
                entity=kind, record=recorded.id, choice=f"{self.slug}/{kind}/{place}", draft=draft, fields=stated
            )
            compared = compare(
                self.planner.known, self.recorded, recorded.values, values, side, self.reader,
                self.source or self.planner.source,
            )  # fmt: skip
            operation = Operation.UPDATE if compared.differences else Operation.UNCHANGED
        return {
            "item": self._item_of(kind, place),
            "operation": operation,
            "line": draft.line,
            "id": None if recorded is None else recorded.id,
            "differences": compared.differences,
            "conflicts": compared.conflicts,
            **show_child(kind, compared.values, self._activities),
        }

    def _note_missing(self, kind: str, recorded: Sequence[Recorded], matches: Sequence[Recorded | None]) -> None:
        present = {match.id for match in matches if match is not None}
        for row in recorded:
            if row.id not in present:
                noun = ENTITIES[kind].recorded.editing.noun
                what = _name(kind, row.values)
                message = f"the {noun} {row.id} ({what}) is recorded and not in this file: it stays"
                self._report(self.draft, "missing-from-file", message, kind, Severity.NOTE)


def _name(kind: str, values: Mapping[str, Any]) -> str:
    parts = (
        (values.get("sending_country") or values.get("origin"), values.get("organisation_type"))
        if kind == "deployments"
        else (values.get("title"), values.get("start"))
    )
    return ", ".join(str(part) for part in parts if part)
