"""The tables of actions and of their links to themes, countries and partners."""

from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, String, Text, false, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.core.database import Base, Versioned, text_column
from app.core.partial_dates import UNKNOWN_DAY, PartialDate, PartialDateText
from app.reference.vocabularies import Region, in_vocabulary


class Action(Versioned, Base):
    """An answer of the facility to a request of partner countries."""

    audit_root = "id"
    is_audit_root = True
    linked_names = ("countries", "themes", "partners")

    __tablename__ = "actions"
    __table_args__ = (
        CheckConstraint("length(title) > 0", name="title"),
        CheckConstraint(f"region IS NULL OR {in_vocabulary('region', Region)}", name="region"),
        CheckConstraint("start_first_day <= start_last_day", name="start"),
        CheckConstraint("end_first_day <= end_last_day", name="end"),
        CheckConstraint("start_first_day <= end_last_day", name="dates_in_order"),
        CheckConstraint("follows <> id", name="follows_another"),
        Index("ix_actions_start_first_day_id", "start_first_day", "id"),
        Index("ix_actions_end_last_day_id", "end_last_day", "id"),
        {"sqlite_autoincrement": True, "info": {"noun": "action"}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(text_column(100), unique=True)
    title: Mapped[str] = mapped_column(text_column(300))
    objective: Mapped[str | None] = mapped_column(Text)
    summary: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(String(30), index=True)
    start: Mapped[PartialDate | None] = mapped_column(PartialDateText)
    start_first_day: Mapped[date] = mapped_column(default=UNKNOWN_DAY)
    start_last_day: Mapped[date] = mapped_column(default=UNKNOWN_DAY)
    end: Mapped[PartialDate | None] = mapped_column(PartialDateText)
    end_first_day: Mapped[date] = mapped_column(default=UNKNOWN_DAY)
    end_last_day: Mapped[date] = mapped_column(default=UNKNOWN_DAY)
    start_year: Mapped[int | None] = mapped_column(
        Computed("CAST(substr(start, 1, 4) AS INTEGER)", persisted=True), index=True
    )
    # The day that is stated; `vouched_for` says that the registry itself vouches for the state, of which no day is the
    # last known one. Without either it is that of the source. What follows from them is filled in by
    # `actions/confirming.py`.
    confirmed_on: Mapped[PartialDate | None] = mapped_column(PartialDateText)
    vouched_for: Mapped[bool] = mapped_column(default=False, server_default=false())
    confirmed_last_day: Mapped[date] = mapped_column(default=UNKNOWN_DAY, server_default=UNKNOWN_DAY.isoformat())
    follows: Mapped[int | None] = mapped_column(ForeignKey("actions.id"), index=True)
    source: Mapped[int | None] = mapped_column(ForeignKey("sources.id"), index=True)

    theme_links: Mapped[list["ActionTheme"]] = relationship(
        order_by="ActionTheme.position", cascade="all, delete-orphan", passive_deletes=True, lazy="raise"
    )
    country_links: Mapped[list["ActionCountry"]] = relationship(
        order_by="ActionCountry.position", cascade="all, delete-orphan", passive_deletes=True, lazy="raise"
    )
    partner_links: Mapped[list["ActionPartner"]] = relationship(
        order_by="ActionPartner.position", cascade="all, delete-orphan", passive_deletes=True, lazy="raise"
    )

    def linked_facts(self, session: Session) -> dict[str, Any]:
        """The lists of an action, as bare codes and ids, for its history."""
        facts = {}
        for link in LINKS:
            if link.relationship in inspect(self).unloaded:
                statement = select(link.linked).where(link.model.action == self.id).order_by(link.model.position)
                facts[link.field] = list(session.scalars(statement))
            else:
                own = sorted(getattr(self, link.relationship), key=lambda one: int(one.position))
                facts[link.field] = [getattr(one, link.column) for one in own]
        return facts


class ActionTheme(Base):
    """A theme of an action, in the order of weight."""

    __tablename__ = "action_themes"
    __table_args__ = {"info": {"plural": "actions"}}

    action: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), primary_key=True)
    theme: Mapped[str] = mapped_column(ForeignKey("themes.slug"), primary_key=True, index=True)
    position: Mapped[int]


class ActionCountry(Base):
    """A partner country of an action, in the order of its title."""

    __tablename__ = "action_countries"
    __table_args__ = {"info": {"plural": "actions"}}

    action: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), primary_key=True)
    country: Mapped[str] = mapped_column(ForeignKey("countries.code"), primary_key=True, index=True)
    position: Mapped[int]


class ActionPartner(Base):
    """A partner of an action."""

    __tablename__ = "action_partners"
    __table_args__ = {"info": {"plural": "actions"}}

    action: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), primary_key=True)
    partner: Mapped[int] = mapped_column(ForeignKey("partners.id"), primary_key=True, index=True)
    position: Mapped[int]


class LinkList(NamedTuple):
    """A list of an action: what it is linked to, in an order."""

    field: str
    relationship: str
    model: Any
    column: str
    """What names the linked record."""

    @property
    def linked(self) -> Any:
        """The column that names the linked record."""
        return getattr(self.model, self.column)

    @property
    def target(self) -> Any:
        """The key of the linked record, in its own table."""
        (key,) = inspect(self.model).columns[self.column].foreign_keys
        return key.column


LINKS: Final = (
    LinkList("countries", "country_links", ActionCountry, "country"),
    LinkList("themes", "theme_links", ActionTheme, "theme"),
    LinkList("partners", "partner_links", ActionPartner, "partner"),
)


class Child:
    """A record that belongs to an action: what changes it changes the action's version, too."""

    audit_root = "action"

    action: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), index=True)


def child_models() -> list[Any]:
    """The classes of what belongs to actions; those that others refer to come first."""
    order = Base.metadata.sorted_tables
    classes = (mapper.class_ for mapper in Base.registry.mappers)
    return sorted((kind for kind in classes if issubclass(kind, Child)), key=lambda kind: order.index(kind.__table__))
