"""The tables of what the record refers to."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base, Versioned, text_column
from app.core.partial_dates import PartialDate, PartialDateText
from app.reference.vocabularies import Pillar, Region, in_vocabulary


class Country(Base):
    """A country of ISO 3166-1, with its time as a member state of the EU."""

    __tablename__ = "countries"
    __table_args__ = (
        CheckConstraint("length(code) = 2", name="code"),
        CheckConstraint("eu_member_until IS NULL OR eu_member_until >= eu_member_from", name="membership"),
        {"info": {"noun": "country"}},
    )

    code: Mapped[str] = mapped_column(text_column(2), primary_key=True)
    name: Mapped[str] = mapped_column(text_column(100), unique=True)
    subregion: Mapped[str | None] = mapped_column(String(3), index=True)
    eu_member_from: Mapped[date | None]
    eu_member_until: Mapped[date | None]


class Theme(Versioned, Base):
    """A subject of actions, under a pillar."""

    __tablename__ = "themes"
    __table_args__ = (
        CheckConstraint(in_vocabulary("pillar", Pillar), name="pillar"),
        CheckConstraint("length(slug) > 0", name="slug"),
        {"info": {"noun": "theme"}},
    )

    slug: Mapped[str] = mapped_column(text_column(80), primary_key=True)
    name: Mapped[str] = mapped_column(text_column(300), unique=True)
    pillar: Mapped[str] = mapped_column(String(50), index=True)
    description: Mapped[str | None] = mapped_column(Text)


class Partner(Versioned, Base):
    """An authority or organisation that takes part in actions."""

    __tablename__ = "partners"
    __table_args__ = {"sqlite_autoincrement": True, "info": {"noun": "partner"}}

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(text_column(300), unique=True)
    acronym: Mapped[str | None] = mapped_column(String(30))
    country: Mapped[str | None] = mapped_column(ForeignKey("countries.code"), index=True)


class Publication(Versioned, Base):
    """A document of the facility itself, beside what actions produce."""

    __tablename__ = "publications"
    __table_args__ = (
        CheckConstraint(f"region IS NULL OR {in_vocabulary('region', Region)}", name="region"),
        {"sqlite_autoincrement": True, "info": {"noun": "publication"}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(text_column(300))
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    url: Mapped[str | None] = mapped_column(String(2000))
    region: Mapped[str | None] = mapped_column(String(30), index=True)


class Source(Versioned, Base):
    """Where facts of the record were read."""

    __tablename__ = "sources"
    __table_args__ = {"sqlite_autoincrement": True, "info": {"noun": "source"}}

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(text_column(300))
    publisher: Mapped[str | None] = mapped_column(String(300))
    url: Mapped[str | None] = mapped_column(String(2000))
    as_of: Mapped[PartialDate | None] = mapped_column(PartialDateText)
    funder: Mapped[str | None] = mapped_column(String(300))
