"""What a figure counts, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.aggregates import AggregateSpec
from app.core.dimensions import Dimension
from app.core.filters import NONE
from app.core.index.schema import Link
from app.core.index.snapshot import Snapshot
from app.core.languages import LabelLanguage, language
from app.insight.open_ends import UnconfirmedEnds
from app.insight.translated_definitions import define_in
from app.insight.wording import wording_of
from app.selection.graph import ACTIONS, ACTIVITIES, COUNTRIES, DEPLOYMENTS, OUTPUTS, PARTNERS, THEMES

# One linked record, and several of them.
_LINKED = {
    THEMES: ("a theme", "themes"),
    COUNTRIES: ("a partner country", "partner countries"),
    PARTNERS: ("a partner", "partners"),
    ACTIVITIES: ("an activity", "activities"),
    DEPLOYMENTS: ("a deployment", "deployments"),
    OUTPUTS: ("an output", "outputs"),
}

# One of the records that a measure counts.
_COUNTED = {
    "actions": "an action",
    "activities": "an activity",
    "deployments": "a deployment",
    "experts": "a deployment",
    "countries": "a country",
    "outputs": "an output",
    "partners": "a partner",
}

# Under which keys of a dimension an action counts, and any other record through its action or, for a country, actions.
_UNDER = {
    "theme": ("under each of its themes", "under each theme of {actions}"),
    "pillar": ("under each pillar of its themes", "under each pillar of {action_s} themes"),
    "country": ("under each of its partner countries", "under each partner country of {actions}"),
    "subregion": (
        "under each subregion of its partner countries",
        "under each subregion of {action_s} partner countries",
    ),
    "region": ("under its region", "under each region of {actions}"),
    "partner": ("under each of its partners", "under each partner of {actions}"),
    "status": ("under its status", "under each status of {actions}"),
    "start_year": ("in the year in which it began", "in each year in which {one_action} began"),
    "active_year": ("in each year in which it ran", "in each year in which {one_action} ran"),
    "activity_type": ("under each type of its activities", "under each type of {action_s} activities"),
    "activity_year": (
        "in each year in which one of its activities took place",
        "in each year in which one of {action_s} activities took place",
    ),
    "activity_country": (
        "under each country in which one of its activities was held",
        "under each country in which one of {action_s} activities was held",
    ),
    "sending_country": (
        "under each sending country of its deployments",
        "under each sending country of {action_s} deployments",
    ),
    "member_state": (
        "under each member state that its deployments came from",
        "under each member state that {action_s} deployments came from",
    ),
    "eu_member": (
        "under each kind of sender of its deployments (member state or not)",
        "under each kind of sender of {action_s} deployments (member state or not)",
    ),
    "organisation_type": (
        "under each organisation type of its deployments",
        "under each organisation type of {action_s} deployments",
    ),
    "deployment_year": (
        "in each year of one of its deployments",
        "in each year of one of {action_s} deployments",
    ),
    "output_kind": ("under each kind of its outputs", "under each kind of {action_s} outputs"),
}
_THROUGH_ACTION = {"actions": "its action", "action_s": "its action's", "one_action": "its action"}
# What asks when something ran.
_DATED = {"active_in", "activity_in", "deployed_in", "status", "activity_status"}
_THROUGH_ACTIONS = {"actions": "its actions", "action_s": "its actions'", "one_action": "one of its actions"}


def define(snapshot: Snapshot, spec: AggregateSpec, ends: UnconfirmedEnds) -> str:
    """What is counted, of what, what may be counted more than once, and how many ends are not confirmed, in the
    language of the request."""
    if language() is not LabelLanguage.EN:
        return define_in(wording_of(language()), snapshot, spec, _translated_caveats(spec, ends), ends)
    return _Definition(spec, snapshot, ends).sentence()


def _other_links(spec: AggregateSpec) -> list[Link]:
    """The links of the dimensions that belong neither to the counted record nor to the action."""
    return [dimension.link for dimension in spec.by if dimension.link not in (ACTIONS, spec.measure.link)]


def _is_split(spec: AggregateSpec) -> bool:
    """Whether a record may count in several years."""
    return any(dimension.is_spread for dimension in spec.by)


def _keeps_years(spec: AggregateSpec) -> bool:
    return any(dimension.is_spread and dimension.filter in spec.selection.values for dimension in spec.by)


def _translated_caveats(spec: AggregateSpec, ends: UnconfirmedEnds) -> Iterator[str]:
    """What a reader of the rows has to know, as keys of the wording."""
    links = _other_links(spec)
    own = spec.measure.link
    if links or _is_split(spec) or (own.shares_records and any(dimension.link is not own for dimension in spec.by)):
        yield "several"
    if len(links) == 2 and links[0] is links[1]:
        yield "same_record"
    if set(links) & {*spec.selection.links()} or _keeps_years(spec):
        yield "kept_rows"
    yield from _common_caveats(spec, ends)


def _common_caveats(spec: AggregateSpec, ends: UnconfirmedEnds) -> Iterator[str]:
    """Those that are the same in every language."""
    filters = {*spec.selection.values, *(dimension.filter for dimension in spec.by)}
    if {"member_state", "eu_member"} & filters:
        yield "membership"
    if "deployed_in" in filters:
        yield "deployment_time"
    if "status" in (dimension.name for dimension in spec.by):
        yield "status"
    if ends.count and _DATED & filters:
        yield "unconfirmed"
    if spec.measure.summed is not None:
        yield "unstated"


@dataclass(frozen=True)
class _Definition:
    """The parts of the sentence."""

    spec: AggregateSpec
    snapshot: Snapshot
    ends: UnconfirmedEnds

    def sentence(self) -> str:
        """What is counted; then, after semicolons, what a reader of the rows has to know."""
        measure, by = self.spec.measure, self.spec.by
        records = f"{measure.noun}{self._kept()}"
        subject = f"Distinct {records}"
        if measure.summed is not None:
            subject = f"Stated numbers of experts, summed over distinct {records}"
        if by:
            comma = "," if self.spec.selection.values or measure.summed is not None else ""
            subject += f"{comma} per {' and per '.join(map(self._noun, by))}"
        return f"{'; '.join([subject, *self._caveats()])}."

    def _noun(self, dimension: Dimension) -> str:
        of_other = dimension.link is ACTIONS and self.spec.measure.link is not ACTIONS
        return f"{dimension.noun} of the action" if of_other else dimension.noun

    # -- what is kept --

    def _kept(self) -> str:
        """The filters on the counted record, then those on its action."""
        own = self.spec.measure.link
        on_actions = [*self._modifiers(ACTIONS), *self._links(besides=own)]
        if own is ACTIONS:
            return _preceded(" ", _enumerated(on_actions))
        is_shared = own.shares_records
        kept = self._only(own) if is_shared else ""
        kept += _preceded(" ", _enumerated(self._modifiers(own)))
        # A country or partner is counted because an action has it; any other record belongs to one anyway.
        action = _preceded(" of actions ", _enumerated(on_actions)) or (" of actions" if is_shared else "")
        return f"{kept},{action}" if kept and action else kept + action

    def _modifiers(self, link: Link) -> list[str]:
        """What the filters on a record say of it."""
        return [self._phrase(name) or f"without {name.replace('_', ' ')}" for name in self._filtered(link, names=False)]

    def _only(self, link: Link) -> str:
        """The records that are named, for a figure of what actions are linked to."""
        named = [self._named(name) for name in self._filtered(link, names=True)]
        return "".join(f" (only {records})" if records else " (none)" for records in named)

    def _links(self, *, besides: Link) -> Iterator[str]:
        """For each filtered link, which linked record an action has to have."""
        for link in self.spec.selection.links():
            if link not in (besides, ACTIONS):
                yield self._linked(link)

    def _linked(self, link: Link) -> str:
        record, _ = _LINKED[link]
        noun = record.partition(" ")[2]
        named = [self._named(name) for name in self._filtered(link, names=True)]
        phrases = [self._phrase(name) for name in self._filtered(link, names=False)]
        alternatives = []
        if all([*named, *phrases]):
            record = f"the {noun} {named[0]}" if named else record
            alternatives.append(f"with {record}{_preceded(' ', _enumerated(phrases))}")
        if self.spec.selection.accepts_unlinked(link):
            alternatives.append(f"without any {noun}")
        return " or ".join(alternatives) or f"both with and without {record}"

    def _filtered(self, link: Link, *, names: bool) -> list[str]:
        """The given filters of a link: those whose values name the record itself, or the others."""
        selection = self.spec.selection
        filters = ((name, selection.filters[name]) for name in selection.values)
        return [name for name, item in filters if item.link is link and (not item.phrase) == names]

    def _named(self, name: str) -> str:
        """The values of a filter: "Estonia, Germany or the Netherlands"; empty when there is only `none`."""
        item = self.spec.selection.filters[name]
        lookup = item.exists
        known = {} if lookup is None else self.snapshot.beside.tables[lookup]
        given = [value for value in self.spec.selection.values[name] if value != NONE]
        return _enumerated([str(known[value][1]) if lookup else item.labels(value) for value in given], "or")

    def _phrase(self, name: str) -> str:
        """A filter as words; empty when no linked record can pass it."""
        item, selection = self.spec.selection.filters[name], self.spec.selection
        named = self._named(name)
        alternatives = [item.phrase.format(named)] if named else []
        if NONE in selection.values[name] and item.without:
            alternatives.append(item.without)
        day = f" on {selection.as_of.isoformat()}" if item.by_day else ""
        return f"{' or '.join(alternatives)}{day}" if alternatives else ""

    # -- what has to be known --

    def _caveats(self) -> Iterator[str]:
        by, selection = self.spec.by, self.spec.selection
        if places := [place for dimension in by if (place := self._places(dimension))]:
            yield f"{_COUNTED[self.spec.measure.name]} counts once {' and '.join(places)}"
        links = _other_links(self.spec)
        if len(links) == 2 and links[0] is links[1]:
            record = _LINKED[links[0]][0].partition(" ")[2]
            yield f"both are read from the same {record}"
        for link in dict.fromkeys(links):
            if link in selection.links():
                yield f"rows show only {_LINKED[link][1]} that the filters keep"
        if _keeps_years(self.spec):
            yield "rows show only years that the filters keep"
        texts = wording_of(LabelLanguage.EN).definition
        for caveat in _common_caveats(self.spec, self.ends):
            text = texts[caveat].format(
                day=selection.as_of.isoformat(), count=self.ends.count, known=self.ends.last_day
            )
            yield f"{text[0].lower()}{text[1:]}"

    def _places(self, dimension: Dimension) -> str:
        """Where a record counts under a dimension that it may have several values of; else nothing."""
        own = self.spec.measure.link
        of_action, through = _UNDER[dimension.name]
        if dimension.link is own:
            took_place = (
                "in each of its years" if dimension.name == "deployment_year" else "in each year in which it took place"
            )
            return "" if not dimension.is_spread else of_action if own is ACTIONS else took_place
        if own is ACTIONS:
            return of_action
        if own.shares_records:
            return through.format_map(_THROUGH_ACTIONS)
        return through.format_map(_THROUGH_ACTION) if dimension.link is not ACTIONS or dimension.is_spread else ""


def _enumerated(parts: Sequence[str], conjunction: str = "and") -> str:
    """Several parts as prose lists them: "a, b and c"."""
    return f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def _preceded(before: str, text: str) -> str:
    """The text with what stands before it; nothing when there is no text."""
    return f"{before}{text}" if text else ""
