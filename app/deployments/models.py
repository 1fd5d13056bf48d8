"""The table of deployments."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.actions.models import Child
from app.core.database import Base, Versioned
from app.reference.vocabularies import OrganisationType, in_vocabulary


class Deployment(Child, Versioned, Base):
    """Experts of one country and kind of organisation, never by name, deployed for an action or an activity of it."""

    __tablename__ = "deployments"
    __table_args__ = (
        CheckConstraint(in_vocabulary("organisation_type", OrganisationType), name="organisation_type"),
        CheckConstraint("experts_count IS NULL OR experts_count > 0", name="experts_count"),
        ForeignKeyConstraint(["activity", "action"], ["activities.id", "activities.action"]),
        Index("ix_deployments_activity_action", "activity", "action"),
        {"sqlite_autoincrement": True, "info": {"noun": "deployment", "plural": "deployments"}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activity: Mapped[int | None]
    sending_country: Mapped[str | None] = mapped_column(ForeignKey("countries.code"), index=True)
    origin: Mapped[str | None] = mapped_column(String(300))
    organisation_type: Mapped[str] = mapped_column(String(30), index=True, default=OrganisationType.UNSPECIFIED.value)
    organisation: Mapped[str | None] = mapped_column(String(300))
    experts_count: Mapped[int | None]
    source_quote: Mapped[str | None] = mapped_column(Text)
