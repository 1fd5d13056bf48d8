"""What pictures say by themselves, in the languages of labels."""

from dataclasses import dataclass
from typing import Final

from app.core.languages import LabelLanguage


@dataclass(frozen=True)
class Wording:
    """The words of one language."""

    measures: dict[str, str]
    nouns: dict[str, str]
    """Each dimension, as it follows the word for "per"; filters that are no dimension, too."""
    title: str
    title_of_two: str
    source: str
    release: str
    filtered: str
    """A filter with its values."""
    nothing: str
    several: str
    """Why rows add up to more than there is."""
    left_out: str
    group: str
    """What parts thousands."""

    def number(self, value: int) -> str:
        """A number as it is written in this language."""
        return f"{value:,}".replace(",", self.group)


_EN = Wording(
    measures={
        "actions": "Actions",
        "activities": "Activities",
        "deployments": "Deployments of experts",
        "experts": "Experts stated",
        "countries": "Partner countries",
        "outputs": "Outputs",
    },
    nouns={
        "theme": "theme",
        "pillar": "pillar",
        "country": "partner country",
        "subregion": "subregion",
        "region": "region",
        "partner": "partner",
        "status": "status",
        "start_year": "year of the start",
        "active_year": "year",
        "activity_type": "type of activity",
        "activity_year": "year",
        "activity_country": "country of the activity",
        "sending_country": "sending country",
        "member_state": "member state",
        "eu_member": "membership of the EU",
        "organisation_type": "type of organisation",
        "deployment_year": "year",
        "output_kind": "kind of output",
    },
    title="{measure} per {first}",
    title_of_two="{measure} per {first} and {second}",
    source="Source: {source}, as of {day}",
    release="release {release}",
    filtered="{noun}: {values}",
    nothing="No record matches.",
    several="{measure} in all: {distinct}. The values shown add up to {total}, since some count in several places.",
    left_out="{count} more, for which there is no room, add up to {total}.",
    group=",",
)
_FR = Wording(
    measures={
        "actions": "Actions",
        "activities": "Activités",
        "deployments": "Déploiements d’experts",
        "experts": "Experts mentionnés",
        "countries": "Pays partenaires",
        "outputs": "Produits",
    },
    nouns={
        "theme": "thème",
        "pillar": "pilier",
        "country": "pays partenaire",
        "subregion": "sous-région",
        "region": "région",
        "partner": "partenaire",
        "status": "statut",
        "start_year": "année de début",
        "active_year": "année",
        "activity_type": "type d’activité",
        "activity_year": "année",
        "activity_country": "pays de l’activité",
        "sending_country": "pays d’envoi",
        "member_state": "État membre",
        "eu_member": "appartenance à l’UE",
        "organisation_type": "type d’organisation",
        "deployment_year": "année",
        "output_kind": "type de produit",
    },
    title="{measure} par {first}",
    title_of_two="{measure} par {first} et par {second}",
    source="Source : {source}, au {day}",
    release="version {release}",
    filtered="{noun} : {values}",
    nothing="Aucun enregistrement ne correspond.",
    several="{measure} au total : {distinct}. Les valeurs totalisent {total}, certains comptant plusieurs fois.",
    left_out="{count} autres, faute de place, totalisent {total}.",
    group="\u202f",
)
_DE = Wording(
    measures={
        "actions": "Maßnahmen",
        "activities": "Aktivitäten",
        "deployments": "Entsendungen von Fachleuten",
        "experts": "Genannte Fachleute",
        "countries": "Partnerländer",
        "outputs": "Ergebnisse",
    },
    nouns={
        "theme": "Thema",
        "pillar": "Säule",
        "country": "Partnerland",
        "subregion": "Teilregion",
        "region": "Region",
        "partner": "Partner",
        "status": "Stand",
        "start_year": "Jahr des Beginns",
        "active_year": "Jahr",
        "activity_type": "Art der Aktivität",
        "activity_year": "Jahr",
        "activity_country": "Land der Aktivität",
        "sending_country": "Entsendeland",
        "member_state": "Mitgliedstaat",
        "eu_member": "Mitgliedschaft in der EU",
        "organisation_type": "Art der Organisation",
        "deployment_year": "Jahr",
        "output_kind": "Art des Ergebnisses",
    },
    title="{measure} nach {first}",
    title_of_two="{measure} nach {first} und {second}",
    source="Quelle: {source}, Stand {day}",
    release="Ausgabe {release}",
    filtered="{noun}: {values}",
    nothing="Kein Eintrag entspricht der Auswahl.",
    several="{measure} insgesamt: {distinct}. Die Werte ergeben zusammen {total}, da einige mehrfach zählen.",
    left_out="{count} weitere, für die kein Platz ist, ergeben zusammen {total}.",
    group=".",
)
_ES = Wording(
    measures={
        "actions": "Acciones",
        "activities": "Actividades",
        "deployments": "Despliegues de expertos",
        "experts": "Expertos mencionados",
        "countries": "Países socios",
        "outputs": "Productos",
    },
    nouns={
        "theme": "tema",
        "pillar": "pilar",
        "country": "país socio",
        "subregion": "subregión",
        "region": "región",
        "partner": "socio",
        "status": "estado",
        "start_year": "año de inicio",
        "active_year": "año",
        "activity_type": "tipo de actividad",
        "activity_year": "año",
        "activity_country": "país de la actividad",
        "sending_country": "país de envío",
        "member_state": "Estado miembro",
        "eu_member": "pertenencia a la UE",
        "organisation_type": "tipo de organización",
        "deployment_year": "año",
        "output_kind": "tipo de producto",
    },
    title="{measure} por {first}",
    title_of_two="{measure} por {first} y {second}",
    source="Fuente: {source}, a {day}",
    release="edición {release}",
    filtered="{noun}: {values}",
    nothing="Ningún registro coincide.",
    several="{measure} en total: {distinct}. Los valores suman {total}, porque algunos cuentan varias veces.",
    left_out="Otros {count}, que no caben, suman {total}.",
    group=".",
)

WORDINGS: Final = {
    LabelLanguage.EN: _EN,
    LabelLanguage.FR: _FR,
    LabelLanguage.DE: _DE,
    LabelLanguage.ES: _ES,
}
