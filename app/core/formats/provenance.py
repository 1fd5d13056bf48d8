"""Where data come from: what every file says of itself, so that a figure can be traced after it left the service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from urllib.parse import unquote_plus

from fastapi import Request

from app.core.addresses import address
from app.core.filters import Selection


@dataclass(frozen=True)
class Provenance:
    """Who publishes the record, under which terms."""

    title: str
    publisher: str
    licence: str | None
    """A URL; None where the publisher has not said."""
    iati_ref: str
    """The publisher's identifier as an organisation, in IATI."""
    iati_type: str
    """Its kind of organisation, a code of IATI's list `OrganisationType`."""
    address: str
    """Where the service is reached, without a slash at the end: "https://example.org/registry". Without scheme and host
    where these are not known, so that addresses are relative."""


def provenance(request: Request) -> Provenance:
    """That of the application which answers."""
    known: Provenance = request.app.state.provenance
    return replace(known, address=known.address + address(""))


def export_day() -> date:
    """The day on which a file is made, in UTC. It is all that a file says of its moment: with the number of the last
    change that it holds, it says the same as a time of day, and the same content keeps giving the same bytes."""
    return datetime.now(UTC).date()


def filters_in_words(values: Mapping[str, Sequence[str]]) -> str:
    """Filters as they are asked: "country=PH&country=AZ, region=asia"."""
    return ", ".join("&".join(f"{name}={value}" for value in given) for name, given in values.items()) or "none"


def told(request: Request, selection: Selection, sequence: object) -> dict[str, str]:
    """What a file says of itself, by the name of each statement."""
    source = provenance(request)
    query = unquote_plus(request.url.query)
    return {
        "title": source.title,
        "publisher": source.publisher,
        "licence": source.licence or "not stated by the publisher",
        "address": source.address + request.url.path + (f"?{query}" if query else ""),
        "filters": filters_in_words(selection.values),
        "as_of": selection.as_of.isoformat(),
        "release": selection.release or "none: the record as it stood",
        "last_change": f"{sequence}",
        "exported_on": export_day().isoformat(),
    }
