"""How actions stand in tables and on maps."""

from app.actions.models import Action
from app.actions.queries import ACTIONS_LISTING
from app.actions.schemas import ActionRead
from app.core.formats.negotiation import CSV, GEOJSON, JSON, NDJSON, XLSX, Offer
from app.core.formats.records import Point, Table, Unit
from app.core.formats.tables import columns_of
from app.reference.countries import CountryRef, country_point
from app.reference.models import Source
from app.reference.schemas import PartnerRef, ThemeRef
from app.reference.vocabularies import label_of
from app.selection.graph import COUNTRIES, PARTNERS, THEMES

ACTION_UNITS = {
    unit.name: unit
    for unit in (
        Unit("country", "countries", COUNTRIES, CountryRef),
        Unit("theme", "themes", THEMES, ThemeRef),
        Unit("partner", "partners", PARTNERS, PartnerRef),
    )
}
ACTION_FORMATS = Offer(JSON, CSV, XLSX, NDJSON, GEOJSON)


def _points(action: ActionRead) -> list[Point]:
    return [country_point(country.code) for country in action.countries]


ACTION_TABLE = Table(
    "actions",
    columns_of(ActionRead, label_of=label_of, titles={"follows": "title", "source": "title"}),
    ACTIONS_LISTING,
    titles={"follows": (Action.id, Action.title), "source": (Source.id, Source.title)},
    units=ACTION_UNITS,
    points=_points,
    offer=ACTION_FORMATS,
)
