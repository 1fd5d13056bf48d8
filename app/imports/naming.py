"""What tables say in words for people: names of countries and themes, labels of vocabularies, in any language that the
registry answers in."""

from collections.abc import Callable, Mapping
from typing import Final

from app.core.text import slugify
from app.imports.entities import Entity
from app.reference.country_names import country_named
from app.reference.labels import values_labelled
from app.reference.vocabularies import ActivityType, OrganisationType, OutputKind, Pillar, Region, Status

Reader = Callable[[str], str | None]


def _labelled(vocabulary: type[ActivityType | OrganisationType | OutputKind | Pillar | Region | Status]) -> Reader:
    allowed = {member.value for member in vocabulary}

    def read(label: str) -> str | None:
        return next((value for value in values_labelled("vocabulary", label) if value in allowed), None)

    return read


def _theme(name: str) -> str | None:
    """The slug of a theme; where no label is so, the slug that is made of such a name, which may not be there."""
    return next(iter(values_labelled("theme", name)), None) or slugify(name, otherwise="theme")


_AS_WRITTEN: Final[Reader] = str
_READERS: Final[Mapping[str, Reader]] = {
    "country": country_named,
    "countries": country_named,
    "sending_country": country_named,
    "region": _labelled(Region),
    "organisation_type": _labelled(OrganisationType),
    "pillar": _labelled(Pillar),
    "themes": _theme,
    "partners": _AS_WRITTEN,
    "source": _AS_WRITTEN,
}
_BY_ENTITY: Final[Mapping[tuple[str, str], Reader]] = {
    ("activities", "type"): _labelled(ActivityType),
    ("activities", "status"): _labelled(Status),
    ("outputs", "kind"): _labelled(OutputKind),
}


def reader_of_names(entity: Entity, field: str) -> Reader | None:
    """What makes a field's value of one name, or None of a name that nothing has; None for a field that can't be read
    by names."""
    return _BY_ENTITY.get((entity.name, field)) or _READERS.get(field)
