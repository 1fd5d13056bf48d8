"""What each record says: the texts by which actions, activities, outputs and partners are found.

An action says what it says itself, whom and what it is linked to, and what belongs to it. So a query finds an action
whenever it finds one of its activities or outputs, and also when its words stand in several of these.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache, partial
from typing import Any, Final

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Integer,
    Select,
    String,
    bindparam,
    literal_column,
    null,
    select,
    union_all,
)

from app.actions.models import Action, ActionCountry, ActionPartner, ActionTheme
from app.activities.models import Activity
from app.core.languages import LabelLanguage, language, speaking
from app.core.partial_dates import UNKNOWN_DAY
from app.core.text_search.documents import Document, Passage, Section, code_of
from app.core.text_search.query import Labels
from app.deployments.models import Deployment
from app.outputs.models import Output
from app.reference.countries import COUNTRIES, country_name
from app.reference.labels import keys_translated, theme_name
from app.reference.models import Partner, Theme
from app.reference.vocabularies import ActivityType, OutputKind, Region, label_of


class Kind(IntEnum):
    """What can be found. Of records of one day, those of greater kinds are listed first."""

    OUTPUT = 0
    ACTIVITY = 1
    PARTNER = 2
    ACTION = 3


def _text(section: Section, field: str, text: str | None) -> Iterator[Passage]:
    if text:
        yield Passage(section, field, text)


@lru_cache(maxsize=10_000)
def _in_every_language(label: Callable[..., str], *key: str) -> dict[LabelLanguage, str]:
    """A label in each language."""
    found = {}
    for each in LabelLanguage:
        with speaking(each):
            found[each] = label(*key)
    return found


def _label(section: Section, field: str, label: Callable[..., str], *key: str) -> Iterator[Passage]:
    """A label in the language of the request, which the others find, too."""
    yield _labelled(section, field, label, key, language())


@lru_cache(maxsize=10_000)
def _labelled(
    section: Section, field: str, label: Callable[..., str], key: Sequence[str], shown: LabelLanguage
) -> Passage:
    names = _in_every_language(label, *key)
    others = dict.fromkeys(name for name in names.values() if name != names[shown])
    also = (*COUNTRIES[key[0]].aliases, *COUNTRIES[key[0]].demonyms) if label is country_name else ()
    return Passage(section, field, names[shown], (*others, *also), code_of(key[0]))


def _country(section: Section, field: str, code: str | None) -> Iterator[Passage]:
    """A country, which its other names and its people's name find, too."""
    if code is not None:
        yield from _label(section, field, country_name, code)


def _theme(slug: str, name: str) -> Iterator[Passage]:
    """A theme; one that editors have added or renamed has no labels but its name."""
    if name == _translated_themes().get(slug):
        yield from _label(Section.NAMES, "themes", theme_name, slug, name)
    else:
        yield from _text(Section.NAMES, "themes", name)


@lru_cache(maxsize=1)
def _translated_themes() -> Mapping[str, str]:
    return keys_translated("theme")


def labels() -> Labels:
    """The names of everything that documents have by its code, in every language."""
    found: dict[str, set[str]] = {}
    for code, row in COUNTRIES.items():
        names = _in_every_language(country_name, code).values()
        found[code_of(code)] = {*names, *row.aliases, *row.demonyms}
    for value in (*ActivityType, *OutputKind, *Region):
        found.setdefault(code_of(value), set()).update(_in_every_language(label_of, value).values())
    for slug, name in _translated_themes().items():
        found.setdefault(code_of(slug), set()).update(_in_every_language(theme_name, slug, name).values())
    return found


def _partner(section: Section, field: str, name: str, acronym: str | None) -> Iterator[Passage]:
    yield Passage(section, field, f"{name} ({acronym})" if acronym else name)


def _recency(day: date) -> int:
    return 0 if day == UNKNOWN_DAY else day.toordinal()


_KEYS = bindparam("keys", expanding=True, type_=Integer)


def _of(key: Any, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Columns of the rows that have one of `keys` in the first one."""
    return select(key, *columns).where(key.in_(_KEYS))


# Built once: that takes several times as long as to run them.
_ACTIVITY = (Activity.type, Activity.title, Activity.description, Activity.place, Activity.country)
_OUTPUT = (Output.kind, Output.title)
_DEPLOYMENT = (Deployment.sending_country, Deployment.origin, Deployment.organisation)
_OWN_OF_ACTIONS = _of(Action.id, Action.title, Action.objective, Action.summary, Action.region, Action.start_first_day)
_OWN_OF_ACTIVITIES = _of(Activity.id, Activity.action, Activity.start_first_day, *_ACTIVITY)
_OWN_OF_OUTPUTS = _of(Output.id, Output.action, Output.published_first_day, *_OUTPUT)
_OWN_OF_PARTNERS = _of(Partner.id, Partner.name, Partner.acronym, Partner.country)
_SENDERS_OF_ACTIVITIES = _of(Deployment.activity, *_DEPLOYMENT).order_by(Deployment.id)


def _actions(connection: Connection, keys: Sequence[int]) -> Iterator[Document]:
    links, parts = _linked_passages(connection, keys)
    for key, title, objective, summary, region, day in connection.execute(_OWN_OF_ACTIONS, {"keys": keys}):
        passages = [
            *_text(Section.TITLE, "title", title),
            *links[key],
            *(_label(Section.NAMES, "region", label_of, region) if region else ()),
            *_text(Section.AIM, "objective", objective),
            *_text(Section.BODY, "summary", summary),
            *parts[key],
        ]
        yield Document(Kind.ACTION, key, key, _recency(day), title, tuple(passages))


def _linked_passages(connection: Connection, keys: Sequence[int]) -> tuple[Mapping[int, list[Passage]], ...]:
    """What actions are linked to, and what belongs to them."""
    links: defaultdict[int, list[Passage]] = defaultdict(list)
    parts: defaultdict[int, list[Passage]] = defaultdict(list)
    for number, key, _, *values in connection.execute(_LINKED_TO_ACTIONS, {"keys": keys}):
        kind = _OF_ACTIONS[number]
        passages = kind.describe(*values[: len(kind.columns)])
        if kind.field:
            # What a part is called or says itself is no more than a part here.
            parts[key] += [Passage(Section.PARTS, kind.field, text, also, code) for _, _, text, also, code in passages]
        else:
            links[key] += passages
    return links, parts


def _activity_passages(
    kind: str, title: str, description: str | None, place: str | None, country: str | None
) -> Iterator[Passage]:
    yield from _text(Section.TITLE, "title", title)
    yield from _label(Section.NAMES, "type", label_of, kind)
    yield from _text(Section.NAMES, "place", place)
    yield from _country(Section.NAMES, "country", country)
    yield from _text(Section.AIM, "description", description)


def _output_passages(kind: str, title: str) -> Iterator[Passage]:
    yield from _text(Section.TITLE, "title", title)
    yield from _label(Section.NAMES, "kind", label_of, kind)


def _deployment_passages(country: str | None, origin: str | None, organisation: str | None) -> Iterator[Passage]:
    yield from _country(Section.PARTS, "deployments", country)
    yield from _text(Section.PARTS, "deployments", origin)
    yield from _text(Section.PARTS, "deployments", organisation)


@dataclass(frozen=True)
class _OfActions:
    """What actions have, in a table of its own."""

    table: Any
    order: Any
    columns: Sequence[Any]
    describe: Callable[..., Iterator[Passage]]
    """What the columns say."""
    named_by: Any = None
    """The table that has the columns, if it is another one."""
    field: str = ""
    """For parts: the action's field."""


_OF_ACTIONS: Final = (
    _OfActions(
        ActionCountry, ActionCountry.position, (ActionCountry.country,), partial(_country, Section.NAMES, "countries")
    ),
    _OfActions(ActionTheme, ActionTheme.position, (Theme.slug, Theme.name), _theme, Theme),
    _OfActions(
        ActionPartner,
        ActionPartner.position,
        (Partner.name, Partner.acronym),
        partial(_partner, Section.NAMES, "partners"),
        Partner,
    ),
    _OfActions(Activity, Activity.id, _ACTIVITY, _activity_passages, field="activities"),
    _OfActions(Output, Output.id, _OUTPUT, _output_passages, field="outputs"),
    _OfActions(Deployment, Deployment.id, _DEPLOYMENT, _deployment_passages, field="deployments"),
)


def _select_linked() -> CompoundSelect[*tuple[Any, ...]]:
    """Selects all that actions have, each kind in its order: one statement takes less time than six."""
    width = max(len(kind.columns) for kind in _OF_ACTIONS)
    selects = []
    for number, kind in enumerate(_OF_ACTIONS):
        nulls = [null().cast(String).label(f"none_{place}") for place in range(width - len(kind.columns))]
        part, order = literal_column(str(number), Integer).label("part"), kind.order.label("place")
        own = select(part, kind.table.action, order, *kind.columns, *nulls).select_from(kind.table)
        if kind.named_by is not None:
            own = own.join(kind.named_by)
        selects.append(own.where(kind.table.action.in_(_KEYS)))
    return union_all(*selects).order_by("part", "place")


_LINKED_TO_ACTIONS: Final = _select_linked()


def _activities(connection: Connection, keys: Sequence[int]) -> Iterator[Document]:
    sent: defaultdict[int, list[Passage]] = defaultdict(list)
    for key, *sender in connection.execute(_SENDERS_OF_ACTIVITIES, {"keys": keys}):
        sent[key] += _deployment_passages(*sender)
    for key, action, day, *values in connection.execute(_OWN_OF_ACTIVITIES, {"keys": keys}):
        _, title, *_ = values
        yield Document(Kind.ACTIVITY, key, action, _recency(day), title, (*_activity_passages(*values), *sent[key]))


def _outputs(connection: Connection, keys: Sequence[int]) -> Iterator[Document]:
    for key, action, day, kind, title in connection.execute(_OWN_OF_OUTPUTS, {"keys": keys}):
        yield Document(Kind.OUTPUT, key, action, _recency(day), title, tuple(_output_passages(kind, title)))


def _partners(connection: Connection, keys: Sequence[int]) -> Iterator[Document]:
    for key, name, acronym, country in connection.execute(_OWN_OF_PARTNERS, {"keys": keys}):
        passages = (*_partner(Section.TITLE, "name", name, acronym), *_country(Section.NAMES, "country", country))
        yield Document(Kind.PARTNER, key, None, 0, name, passages)


KINDS: Final[Mapping[Kind, tuple[Any, Callable[[Connection, Sequence[int]], Iterable[Document]]]]] = {
    Kind.ACTION: (Action.id, _actions),
    Kind.ACTIVITY: (Activity.id, _activities),
    Kind.OUTPUT: (Output.id, _outputs),
    Kind.PARTNER: (Partner.id, _partners),
}
"""Each kind of record that can be found: its ids, and what says what such records say."""


def documents_of(connection: Connection, kind: Kind, keys: Sequence[int]) -> list[Document]:
    """The documents of those of the records that exist."""
    _, describe = KINDS[kind]
    return list(describe(connection, keys)) if keys else []
