"""What each record says: the texts by which actions, activities, outputs and partners are found.

An action says what it says itself, whom and what it is linked to, and what belongs to it. So a query finds an action
whenever it finds one of its activities or outputs, and also when its words stand in several of these.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final, Protocol

from sqlalchemy import Integer, Select, bindparam, select

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


class Executor(Protocol):
    """A session or connection, either of which runs statements."""

    def execute(self, statement: Any, parameters: Any = None, /) -> Any:
        """Runs a statement."""


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


def _of(key: Any, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Columns of the rows that have one of `keys` in the first one."""
    return select(key, *columns).where(key.in_(bindparam("keys", expanding=True, type_=Integer)))


# Built once: that takes several times as long as to run them.
_ACTIVITY = (Activity.type, Activity.title, Activity.description, Activity.place, Activity.country)
_OUTPUT = (Output.kind, Output.title)
_DEPLOYMENT = (Deployment.sending_country, Deployment.origin, Deployment.organisation)
_OWN_OF_ACTIONS = _of(Action.id, Action.title, Action.objective, Action.summary, Action.region, Action.start_first_day)
_OWN_OF_ACTIVITIES = _of(Activity.id, Activity.action, Activity.start_first_day, *_ACTIVITY)
_OWN_OF_OUTPUTS = _of(Output.id, Output.action, Output.published_first_day, *_OUTPUT)
_OWN_OF_PARTNERS = _of(Partner.id, Partner.name, Partner.acronym, Partner.country)
_COUNTRIES_OF_ACTIONS = _of(ActionCountry.action, ActionCountry.country).order_by(ActionCountry.position)
_THEMES_OF_ACTIONS = (
    _of(ActionTheme.action, Theme.slug, Theme.name)
    .join(Theme, Theme.slug == ActionTheme.theme)
    .order_by(ActionTheme.position)
)
_PARTNERS_OF_ACTIONS = (
    _of(ActionPartner.action, Partner.name, Partner.acronym)
    .join(Partner, Partner.id == ActionPartner.partner)
    .order_by(ActionPartner.position)
)
_SENDERS_OF_ACTIVITIES = _of(Deployment.activity, *_DEPLOYMENT).order_by(Deployment.id)


def _actions(executor: Executor, keys: Sequence[int]) -> Iterator[Document]:
    linked = _passages_of_links(executor, keys)
    parts = _passages_of_parts(executor, keys)
    for key, title, objective, summary, region, day in executor.execute(_OWN_OF_ACTIONS, {"keys": keys}):
        passages = [
            *_text(Section.TITLE, "title", title),
            *linked[key],
            *(_label(Section.NAMES, "region", label_of, region) if region else ()),
            *_text(Section.AIM, "objective", objective),
            *_text(Section.BODY, "summary", summary),
            *parts[key],
        ]
        yield Document(Kind.ACTION, key, key, _recency(day), title, tuple(passages))


def _passages_of_links(executor: Executor, keys: Sequence[int]) -> Mapping[int, list[Passage]]:
    found: defaultdict[int, list[Passage]] = defaultdict(list)
    for key, code in executor.execute(_COUNTRIES_OF_ACTIONS, {"keys": keys}):
        found[key] += _country(Section.NAMES, "countries", code)
    for key, *theme in executor.execute(_THEMES_OF_ACTIONS, {"keys": keys}):
        found[key] += _theme(*theme)
    for key, *name in executor.execute(_PARTNERS_OF_ACTIONS, {"keys": keys}):
        found[key] += _partner(Section.NAMES, "partners", *name)
    return found


def _passages_of_parts(executor: Executor, keys: Sequence[int]) -> Mapping[int, list[Passage]]:
    found: defaultdict[int, list[Passage]] = defaultdict(list)
    for statement, describe, field in _PARTS:
        for key, *values in executor.execute(statement, {"keys": keys}):
            # What a part is called or says itself is no more than a part here.
            found[key] += (Passage(Section.PARTS, field, own.text, own.also, own.code) for own in describe(*values))
    return found


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


_PARTS: Final[Sequence[tuple[Any, Callable[..., Iterator[Passage]], str]]] = (
    (_of(Activity.action, *_ACTIVITY).order_by(Activity.id), _activity_passages, "activities"),
    (_of(Output.action, *_OUTPUT).order_by(Output.id), _output_passages, "outputs"),
    (_of(Deployment.action, *_DEPLOYMENT).order_by(Deployment.id), _deployment_passages, "deployments"),
)


def _activities(executor: Executor, keys: Sequence[int]) -> Iterator[Document]:
    sent: defaultdict[int, list[Passage]] = defaultdict(list)
    for key, *sender in executor.execute(_SENDERS_OF_ACTIVITIES, {"keys": keys}):
        sent[key] += _deployment_passages(*sender)
    for key, action, day, *values in executor.execute(_OWN_OF_ACTIVITIES, {"keys": keys}):
        _, title, *_ = values
        yield Document(Kind.ACTIVITY, key, action, _recency(day), title, (*_activity_passages(*values), *sent[key]))


def _outputs(executor: Executor, keys: Sequence[int]) -> Iterator[Document]:
    for key, action, day, kind, title in executor.execute(_OWN_OF_OUTPUTS, {"keys": keys}):
        yield Document(Kind.OUTPUT, key, action, _recency(day), title, tuple(_output_passages(kind, title)))


def _partners(executor: Executor, keys: Sequence[int]) -> Iterator[Document]:
    for key, name, acronym, country in executor.execute(_OWN_OF_PARTNERS, {"keys": keys}):
        passages = (*_partner(Section.TITLE, "name", name, acronym), *_country(Section.NAMES, "country", country))
        yield Document(Kind.PARTNER, key, None, 0, name, passages)


KINDS: Final[Mapping[Kind, tuple[Any, Callable[[Executor, Sequence[int]], Iterable[Document]]]]] = {
    Kind.ACTION: (Action.id, _actions),
    Kind.ACTIVITY: (Activity.id, _activities),
    Kind.OUTPUT: (Output.id, _outputs),
    Kind.PARTNER: (Partner.id, _partners),
}
"""Each kind of record that can be found: its ids, and what says what such records say."""


def documents_of(executor: Executor, kind: Kind, keys: Sequence[int]) -> list[Document]:
    """The documents of those of the records that exist."""
    _, describe = KINDS[kind]
    return list(describe(executor, keys)) if keys else []
