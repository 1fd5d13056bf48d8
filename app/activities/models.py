"""The table of activities."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.actions.models import Child
from app.core.database import Base, Versioned, text_column
from app.core.partial_dates import UNKNOWN_DAY, PartialDate, PartialDateText
from app.reference.vocabularies import ActivityType, Status, in_vocabulary

STATED = (Status.PLANNED, Status.ONGOING, Status.COMPLETED)
"""What a source can say. That a state is not confirmed follows from how long it is known."""


class Activity(Child, Versioned, Base):
    """One activity of an action."""

    __tablename__ = "activities"
    __table_args__ = (
        CheckConstraint(in_vocabulary("type", ActivityType), name="type"),
        CheckConstraint(f"stated_status IS NULL OR {in_vocabulary('stated_status', STATED)}", name="stated_status"),
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("sessions > 0", name="sessions"),
        CheckConstraint("start_first_day <= start_last_day", name="start"),
        CheckConstraint("end_first_day <= end_last_day", name="end"),
        CheckConstraint("start_first_day <= end_last_day", name="dates_in_order"),
        # What a deployment refers to, so that its activity is one of its own action.
        UniqueConstraint("id", "action"),
        Index("ix_activities_start_first_day_id", "start_first_day", "id"),
        {"sqlite_autoincrement": True, "info": {"noun": "activity", "plural": "activities"}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    type: Mapped[str] = mapped_column(String(30), index=True)
    title: Mapped[str] = mapped_column(text_column(300))
    description: Mapped[str | None] = mapped_column(Text)
    start: Mapped[PartialDate | None] = mapped_column(PartialDateText)
    start_first_day: Mapped[date] = mapped_column(default=UNKNOWN_DAY)
    start_last_day: Mapped[date] = mapped_column(default=UNKNOWN_DAY)
    end: Mapped[PartialDate | None] = mapped_column(PartialDateText)
    end_first_day: Mapped[date] = mapped_column(default=UNKNOWN_DAY)
    end_last_day: Mapped[date] = mapped_column(default=UNKNOWN_DAY)
    place: Mapped[str | None] = mapped_column(String(300))
    country: Mapped[str | None] = mapped_column(ForeignKey("countries.code"), index=True)
    sessions: Mapped[int] = mapped_column(default=1)
    # What the source says where the dates do not tell it; otherwise the status follows from the dates.
    stated_status: Mapped[str | None] = mapped_column(String(10))
    source_quote: Mapped[str | None] = mapped_column(Text)
