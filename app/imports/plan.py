"""The plan: drafts against the record, field by field. Pure: it reads no database, and changes nothing.

What a plan shows of an action is what will be recorded of it, so that applying it needs nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from app.imports.action_plan import ActionPlan
from app.imports.drafts import ParsedFile
from app.imports.matching.actions import Match, match_actions, question
from app.imports.matching.signs import natural_slug
from app.imports.record import ActionKey, Known, RecordedAction
from app.imports.reference_rows import plan_rows
from app.imports.references import References
from app.imports.schemas import Choice, ImportSource, PlannedAction, PlannedReference


class Planner:
    """Plans the actions of one reading, one after the other."""

    def __init__(
        self,
        reading: ParsedFile,
        known: Known,
        source: ImportSource,
        keys: Sequence[ActionKey],
        choices: Mapping[str, Choice] | None = None,
    ) -> None:
        self.reading = reading
        self.known = known
        self.references = References(known)
        plan_rows(reading, self.references)
        self.source = self.references.source(source)
        # A page has no slugs of its own: what its reader made up identifies nothing.
        self._wanted = [natural_slug(draft.values) for draft in reading.actions]
        if reading.format == "page":
            for draft in reading.actions:
                draft.values.pop("slug", None)
        self._matched = match_actions(reading.actions, keys, choices)
        self.matches = [match.key for match in self._matched]
        """The recorded action of each draft, or None."""
        self.answered = {question(key) for key in keys} & (choices or {}).keys()
        """The names of questions whether a draft is a recorded action, which the choices answer."""
        self.slugs = self._settle_slugs()

    @property
    def planned_references(self) -> list[PlannedReference]:
        """What happens to themes, partners, publications and sources; known when all actions are planned."""
        return [PlannedReference.model_validate(values, from_attributes=True) for values in self.references.planned]

    def _settle_slugs(self) -> list[str | None]:
        """The slug of each draft: the recorded one, or a free one."""
        taken = {*self.known.slugs}
        numbers: dict[str, Iterator[str]] = {}
        slugs: list[str | None] = []
        self._meant: dict[str, str] = {}
        self.repeated: set[int] = set()
        for place, (draft, key, wanted) in enumerate(
            zip(self.reading.actions, self.matches, self._wanted, strict=True)
        ):
            slug = key.slug if key is not None else wanted
            if key is None and wanted is not None and slug in taken:
                if "slug" in draft.values:
                    self.repeated.add(place)
                else:
                    slug = next(free for free in numbers.setdefault(wanted, _numbered(wanted)) if free not in taken)
            slugs.append(slug)
            if slug is not None:
                taken.add(slug)
                self._meant.setdefault(wanted or slug, slug)
        return slugs

    def plan(self, place: int, recorded: RecordedAction | None) -> PlannedAction:
        """The plan of the draft at a place, against the action that it matched."""
        return ActionPlan(self, place, recorded).plan()

    def match(self, place: int) -> Match:
        """What the draft at a place was found to be."""
        return self._matched[place]

    def meant(self, slug: str) -> str | None:
        """The slug of the action that the file or the record calls so."""
        return self._meant.get(slug) or (slug if slug in self.known.slugs else None)


def _numbered(slug: str) -> Iterator[str]:
    return (f"{slug}-{number}" for number in count(2))
