"""The table of outputs."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.actions.models import Child
from app.core.database import Base, Versioned, text_column
from app.core.partial_dates import UNKNOWN_DAY, PartialDate, PartialDateText
from app.reference.vocabularies import OutputKind, in_vocabulary


class Output(Child, Versioned, Base):
    """A product of an action."""

    __tablename__ = "outputs"
    __table_args__ = (
        CheckConstraint(in_vocabulary("kind", OutputKind), name="kind"),
        CheckConstraint("published_first_day <= published_last_day", name="published"),
        {"sqlite_autoincrement": True, "info": {"noun": "output", "plural": "outputs"}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    title: Mapped[str] = mapped_column(text_column(300))
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    published: Mapped[PartialDate | None] = mapped_column(PartialDateText)
    published_first_day: Mapped[date] = mapped_column(default=UNKNOWN_DAY)
    published_last_day: Mapped[date] = mapped_column(default=UNKNOWN_DAY)
    source_quote: Mapped[str | None] = mapped_column(Text)
