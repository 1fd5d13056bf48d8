"""The record as IATI 2.03: one activity of the standard per action.

What the standard wants and the record doesn't know is not made up. IATI dates are days: a date that is stated as a
month or a year is given as its first or last day, with the statement beside it. An action without any date can't be an
IATI activity; a comment in the file names it. (A file without any activity is not valid in IATI, but it is what a
filter that keeps nothing gets.)
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree
from sqlalchemy import select

from app.actions.models import Action
from app.actions.queries import ACTIONS_LISTING
from app.actions.schemas import ActionRead
from app.core.formats.files import Outbox
from app.core.formats.provenance import Provenance
from app.core.languages import LabelLanguage, language
from app.core.listing import API
from app.core.partial_dates import PartialDate, days_of
from app.exports.scope import Scope
from app.reference.models import Source
from app.reference.vocabularies import Status
from app.selection.status import status_on

VERSION = "2.03"
SECTOR = "15190"
"""OECD DAC: facilitation of orderly, safe, regular and responsible migration and mobility."""
FUNDER = "European Union"
IMPLEMENTER = "International Centre for Migration Policy Development"
MULTILATERAL = "40"
OWN_VOCABULARY = "99"
UNSPECIFIED_REGION = "998"
"""OECD DAC: developing countries, unspecified."""
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_STATUS = {Status.PLANNED: "1", Status.ONGOING: "2", Status.COMPLETED: "4"}
_ROLES = {"funding": "1", "accountable": "2", "implementing": "4"}
# What a text may hold, and XML may not.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class _Known:
    """What actions refer to, by id."""

    slugs: Mapping[int, str]
    sources: Mapping[int, Any]


async def iati_activities(scope: Scope, source: Provenance, day: date) -> AsyncIterator[bytes]:
    """The file, piece by piece."""
    outbox = Outbox()
    made = {"version": VERSION, "generated-datetime": f"{day.isoformat()}T00:00:00Z"}
    with etree.xmlfile(outbox, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("iati-activities", made):
            file.write("\n")
            async for actions in scope.records(ACTIONS_LISTING):
                known = await _known(scope, actions)
                for action in actions:
                    file.write(
                        _activity(action, known, source, scope.selection.as_of) if action.start else _left_out(action)
                    )
                    file.write("\n")
                file.flush()
                yield outbox.take()
    yield outbox.take()


async def _known(scope: Scope, actions: Sequence[ActionRead]) -> _Known:
    followed = {action.follows for action in actions if action.follows is not None}
    slugs = await scope.connection.execute(select(Action.id, Action.slug).where(Action.id.in_(followed)))
    read = {action.source for action in actions if action.source is not None}
    columns = (Source.id, Source.title, Source.url, Source.funder)
    sources = await scope.connection.execute(select(*columns).where(Source.id.in_(read)))
    return _Known({row[0]: row[1] for row in slugs}, {row.id: row for row in sources})


def _left_out(action: ActionRead) -> Any:
    return etree.Comment(f" without a date, which IATI needs: {action.slug.replace('--', '-')} ")


def _activity(action: ActionRead, known: _Known, source: Provenance, as_of: date) -> Any:
    """An action, its parts in the order of the standard."""
    read = None if action.source is None else known.sources[action.source]
    element = etree.Element("iati-activity", {_LANGUAGE: "en"})
    element.set("last-updated-datetime", action.updated_at.isoformat().replace("+00:00", "Z"))
    _add(element, "iati-identifier").text = f"{source.iati_ref}-{action.slug}"
    reporting = _add(element, "reporting-org", ref=source.iati_ref, type=source.iati_type)
    _narrate(reporting, source.publisher)
    _narrate(_add(element, "title"), action.title)
    for kind, text in _descriptions(action):
        _narrate(_add(element, "description", type=kind), text)
    funder = (read.funder if read is not None else None) or FUNDER
    for role, organisation in (("funding", funder), ("accountable", funder), ("implementing", IMPLEMENTER)):
        _narrate(_add(element, "participating-org", role=_ROLES[role], type=MULTILATERAL), organisation)
    # The standard has no word for what is not confirmed: what was known last stands, and a description says until when.
    if action.status is Status.UNCONFIRMED and action.confirmed_on is not None:
        as_of = action.confirmed_on
    _add(element, "activity-status", code=_STATUS[_status_on(as_of, action)])
    for kind, day, stated in _dates(action, as_of):
        dated = _add(element, "activity-date", {"iso-date": day.isoformat()}, type=kind)
        if len(stated) < 10:
            _narrate(dated, f"Stated as {stated}")
    _add_places(element, action, source)
    _add(element, "sector", vocabulary="1", code=SECTOR, percentage="100")
    _add_themes(element, action, source)
    if read is not None and read.url:
        page = _add(element, "document-link", url=_clean(read.url), format="text/html")
        _narrate(_add(page, "title"), read.title)
        _add(page, "category", code="A12")
    if action.follows is not None:
        _add(element, "related-activity", ref=f"{source.iati_ref}-{known.slugs[action.follows]}", type="3")
    return element


def _descriptions(action: ActionRead) -> Iterator[tuple[str, str]]:
    """General, objectives, target groups, and others."""
    yield "1", action.summary or action.objective or action.title
    if action.objective:
        yield "2", action.objective
    if action.partners:
        yield "3", f"Partners: {'; '.join(partner.name for partner in action.partners)}"
    if action.status is Status.UNCONFIRMED:
        yield "4", f"Status and dates are those known on {action.confirmed_on}; later ones are not confirmed."


def _status_on(day: date, action: ActionRead) -> Status:
    days = days_of("start", action.start) | days_of("end", action.end)
    return status_on(day, days["start_first_day"], days["end_last_day"])


def _dates(action: ActionRead, as_of: date) -> Iterator[tuple[str, date, PartialDate]]:
    """The dates that are known: planned ones lie ahead of the day, actual ones do not."""
    if action.start is not None:
        day = action.start.first_day
        yield "1" if day > as_of else "2", day, action.start
    if action.end is not None:
        day = action.end.last_day
        yield "3" if day >= as_of else "4", day, action.end


def shares(number: int) -> list[str]:
    """Equal percentages that add up to 100 exactly, with two decimals where they are needed."""
    each, left = divmod(10_000, number)
    return [f"{(each + (place < left)) / 100:.2f}".removesuffix(".00") for place in range(number)]


def _add_places(element: Any, action: ActionRead, source: Provenance) -> None:
    for country, share in zip(action.countries, shares(len(action.countries) or 1), strict=False):
        _label(_add(element, "recipient-country", code=country.code, percentage=share), country.name)
    if action.countries:
        return
    if action.region is None:
        _add(element, "recipient-region", vocabulary="1", code=UNSPECIFIED_REGION, percentage="100")
        return
    uri = {"vocabulary-uri": f"{source.address}{API}/regions"}
    region = _add(
        element, "recipient-region", uri, vocabulary=OWN_VOCABULARY, code=action.region.slug.value, percentage="100"
    )
    _label(region, action.region.name)


def _add_themes(element: Any, action: ActionRead, source: Provenance) -> None:
    uri = {"vocabulary-uri": f"{source.address}{API}/themes"}
    for theme, share in zip(action.themes, shares(len(action.themes) or 1), strict=False):
        sector = _add(element, "sector", uri, vocabulary=OWN_VOCABULARY, code=theme.slug, percentage=share)
        _label(sector, theme.name)


def _add(parent: Any, name: str, more: Mapping[str, str] | None = None, **attributes: str) -> Any:
    return etree.SubElement(parent, name, {**attributes, **(more or {})})


def _narrate(parent: Any, text: str) -> Any:
    narrative = etree.SubElement(parent, "narrative")
    narrative.text = _clean(text)
    return narrative


def _label(parent: Any, name: str) -> None:
    """A name that the registry itself adds, in the language of the request."""
    narrative = _narrate(parent, name)
    if language() is not LabelLanguage.EN:
        narrative.set(_LANGUAGE, language().value)


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)
