"""The closed vocabularies, each value with its English label."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from app.reference.labels import translated

# Words that `str.capitalize` would write wrong.
_LABELS: Final = {
    "ngo": "NGO",
    "eu-body": "EU body",
    "training-of-trainers": "Training of trainers",
    "fact-finding-mission": "Fact-finding mission",
    "round-table": "Round table",
    "middle-east-north-africa": "Middle East and North Africa",
    "eastern-europe": "Eastern Europe",
    "latin-america": "Latin America",
    "sub-saharan-africa": "Sub-Saharan Africa",
    "irregular-migration-and-trafficking": "Irregular migration and trafficking",
}


def label_of(value: str) -> str:
    """A vocabulary's value as people read it, in the language of the request."""
    return translated("vocabulary", value, _LABELS.get(value) or value.replace("-", " ").capitalize())


class Status(StrEnum):
    """Where an action or activity stands on a day."""

    PLANNED = "planned"
    ONGOING = "ongoing"
    COMPLETED = "completed"
    UNCONFIRMED = "unconfirmed"


class ActivityType(StrEnum):
    """What kind of activity it is."""

    FACT_FINDING_MISSION = "fact-finding-mission"
    ASSESSMENT_MISSION = "assessment-mission"
    SCOPING_MISSION = "scoping-mission"
    TRAINING = "training"
    TRAINING_OF_TRAINERS = "training-of-trainers"
    STUDY_VISIT = "study-visit"
    WORKSHOP = "workshop"
    SEMINAR = "seminar"
    CONFERENCE = "conference"
    INFORMATION_SESSION = "information-session"
    KNOWLEDGE_EXCHANGE = "knowledge-exchange"
    ROUND_TABLE = "round-table"
    CONSULTATION = "consultation"
    EXPERT_VISIT = "expert-visit"
    PLANNING_SESSION = "planning-session"
    CAMPAIGN = "campaign"
    DRAFTING = "drafting"
    OTHER = "other"


class OrganisationType(StrEnum):
    """What kind of organisation sent an expert."""

    NATIONAL_ADMINISTRATION = "national-administration"
    ACADEMIA = "academia"
    NGO = "ngo"
    PRIVATE_CONSULTANT = "private-consultant"
    INTERNATIONAL_ORGANISATION = "international-organisation"
    EU_BODY = "eu-body"
    UNSPECIFIED = "unspecified"


class OutputKind(StrEnum):
    """What kind of product it is."""

    REPORT = "report"
    ROADMAP = "roadmap"
    HANDBOOK = "handbook"
    STRATEGY = "strategy"
    POLICY = "policy"
    GUIDELINES = "guidelines"
    RESOURCE_BOOK = "resource-book"
    FILM = "film"
    CAMPAIGN_MATERIAL = "campaign-material"
    TRAINING_MATERIAL = "training-material"
    OTHER = "other"


class Region(StrEnum):
    """The facility's own regions."""

    ASIA = "asia"
    EASTERN_EUROPE = "eastern-europe"
    LATIN_AMERICA = "latin-america"
    MIDDLE_EAST_NORTH_AFRICA = "middle-east-north-africa"
    SUB_SAHARAN_AFRICA = "sub-saharan-africa"


class Pillar(StrEnum):
    """The pillars of the EU's Global Approach to Migration and Mobility, under which themes stand."""

    IRREGULAR_MIGRATION_AND_TRAFFICKING = "irregular-migration-and-trafficking"
    LEGAL_MIGRATION_AND_MOBILITY = "legal-migration-and-mobility"
    INTERNATIONAL_PROTECTION_AND_ASYLUM = "international-protection-and-asylum"
    MIGRATION_AND_DEVELOPMENT = "migration-and-development"
    HORIZONTAL = "horizontal"


VOCABULARIES: Final[dict[str, type[StrEnum]]] = {
    "activity_type": ActivityType,
    "organisation_type": OrganisationType,
    "output_kind": OutputKind,
    "pillar": Pillar,
    "region": Region,
    "status": Status,
}


def in_vocabulary(column: str, vocabulary: Iterable[StrEnum]) -> str:
    """The CHECK constraint that keeps a column within a vocabulary."""
    values = ", ".join(f"'{member.value}'" for member in vocabulary)
    return f"{column} IN ({values})"
