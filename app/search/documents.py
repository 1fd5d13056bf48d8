"""What each record says: the texts by which actions, activities, outputs and partners are found.

An action says what it says itself, whom and what it is linked to, and what belongs to it. So a query finds an action
whenever it finds one of its activities or outputs, and also when its words stand in several of these.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final, Protocol

from sqlalchemy import select

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

    def execute(self, statement: Any, /) -> Any:
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


def _label(
    section: Section, field: str, label: Callable[..., str], *key: str, also: tuple[str, ...] = ()
) -> Iterator[Passage]:
    """A label in the language of the request, which the others find, too."""
    names = _in_every_language(label, *key)
    others = dict.fromkeys(name for name in names.values() if name != names[language()])
    yield Passage(section, field, names[language()], (*others, *also), code_of(key[0]))


def _country(section: Section, field: str, code: str | None) -> Iterator[Passage]:
    """A country, which its other names and its people's name find, too."""
    if code is not None:
        row = COUNTRIES[code]
        yield from _label(section, field, country_name, code, also=(*row.aliases, *row.demonyms))


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


def _grouped(executor: Executor, statement: Any) -> Mapping[int, list[Sequence[Any]]]:
    """Rows by their first column, without it."""
    found: defaultdict[int, list[Sequence[Any]]] = defaultdict(list)
    for key, *values in executor.execute(statement):
        found[key].append(values)
    return found


def _actions(executor: Executor, keys: Sequence[int]) -> Iterator[Document]:
    linked = _passages_of_links(executor, keys)
    parts = _passages_of_parts(executor, keys)
    own = (Action.id, Action.title, Action.objective, Action.summary, Action.region, Action.start_first_day)
    for key, title, objective, summary, region, day in executor.execute(select(*own).where(Action.id.in_(keys))):
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
    countries = select(ActionCountry.action, ActionCountry.country).order_by(ActionCountry.position)
    for key, code in executor.execute(countries.where(ActionCountry.action.in_(keys))):
        found[key] += _country(Section.NAMES, "countries", code)
    themes = select(ActionTheme.action, Theme.slug, Theme.name).join(Theme, Theme.slug == ActionTheme.theme)
    for key, *theme in executor.execute(themes.where(ActionTheme.action.in_(keys)).order_by(ActionTheme.position)):
        found[key] += _theme(*theme)
    partners = select(ActionPartner.action, Partner.name, Partner.acronym).join(
        Partner, Partner.id == ActionPartner.partner
    )
    for key, *name in executor.execute(partners.where(ActionPartner.action.in_(keys)).order_by(ActionPartner.position)):
        found[key] += _partner(Section.NAMES, "partners", *name)
    return found


def _passages_of_parts(executor: Executor, keys: Sequence[int]) -> Mapping[int, list[Passage]]:
    found: defaultdict[int, list[Passage]] = defaultdict(list)
    for kind, column, describe, field in (
        (Activity, Activity.action, _activity_passages, "activities"),
        (Output, Output.action, _output_passages, "outputs"),
        (Deployment, Deployment.action, _deployment_passages, "deployments"),
    ):
        statement = select(column, *_COLUMNS[kind]).where(column.in_(keys)).order_by(kind.id)
        for key, *values in executor.execute(statement):
            # What a part is called or says itself is no more than a part here.
            found[key] += (replace(passage, section=Section.PARTS, field=field) for passage in describe(*values))
    return found


_COLUMNS: Final[Mapping[Any, tuple[Any, ...]]] = {
    Activity: (Activity.type, Activity.title, Activity.description, Activity.place, Activity.country),
    Output: (Output.kind, Output.title),
    Deployment: (Deployment.sending_country, Deployment.origin, Deployment.organisation),
}


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


def _activities(executor: Executor, keys: Sequence[int]) -> Iterator[Document]:
    senders = _grouped(
        executor,
        select(Deployment.activity, *_COLUMNS[Deployment]).where(Deployment.activity.in_(keys)).order_by(Deployment.id),
    )
    own = (Activity.id, Activity.action, Activity.start_first_day, *_COLUMNS[Activity])
    for key, action, day, *values in executor.execute(select(*own).where(Activity.id.in_(keys))):
        sent = (passage for sender in senders.get(key, ()) for passage in _deployment_passages(*sender))
        _, title, *_ = values
        yield Document(Kind.ACTIVITY, key, action, _recency(day), title, (*_activity_passages(*values), *sent))


def _outputs(executor: Executor, keys: Sequence[int]) -> Iterator[Document]:
    own = (Output.id, Output.action, Output.published_first_day, *_COLUMNS[Output])
    for key, action, day, kind, title in executor.execute(select(*own).where(Output.id.in_(keys))):
        yield Document(Kind.OUTPUT, key, action, _recency(day), title, tuple(_output_passages(kind, title)))


def _partners(executor: Executor, keys: Sequence[int]) -> Iterator[Document]:
    own = (Partner.id, Partner.name, Partner.acronym, Partner.country)
    for key, name, acronym, country in executor.execute(select(*own).where(Partner.id.in_(keys))):
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
