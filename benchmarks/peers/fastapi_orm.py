"""An API over the record as it is often written by hand: FastAPI, SQLAlchemy's ORM, a response model.

`uvicorn benchmarks.peers.fastapi_orm:app` with the file's path in PEER_DATABASE.
"""

import os
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column as Plain
from sqlalchemy import ForeignKey, Table, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload, sessionmaker

engine = create_engine(f"sqlite:///{os.environ['PEER_DATABASE']}", connect_args={"check_same_thread": False})
sessions = sessionmaker(engine)
app = FastAPI()


class Base(DeclarativeBase):
    """The base of the tables."""


def link(table: str, column: str, target: str) -> Table:
    """A table of pairs."""
    return Table(
        table,
        Base.metadata,
        Plain("action", ForeignKey("actions.id"), primary_key=True),
        Plain(column, ForeignKey(target), primary_key=True),
    )


ActionCountries = link("action_countries", "country", "countries.code")
ActionThemes = link("action_themes", "theme", "themes.slug")
ActionPartners = link("action_partners", "partner", "partners.id")


class Country(Base):
    """A country."""

    __tablename__ = "countries"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    eu_member_from: Mapped[date | None]


class Theme(Base):
    """A theme."""

    __tablename__ = "themes"
    slug: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class Partner(Base):
    """A partner."""

    __tablename__ = "partners"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    acronym: Mapped[str | None]


class Activity(Base):
    """An activity."""

    __tablename__ = "activities"
    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[int] = mapped_column(ForeignKey("actions.id"))
    position: Mapped[int]
    type: Mapped[str]
    title: Mapped[str | None]
    description: Mapped[str | None]
    start: Mapped[str | None]
    end: Mapped[str | None]
    place: Mapped[str | None]
    country: Mapped[str | None]
    sessions: Mapped[int | None]


class Deployment(Base):
    """A deployment."""

    __tablename__ = "deployments"
    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[int] = mapped_column(ForeignKey("actions.id"))
    activity: Mapped[int | None]
    sending_country: Mapped[str | None] = mapped_column(ForeignKey("countries.code"))
    organisation_type: Mapped[str]
    organisation: Mapped[str | None]
    experts_count: Mapped[int | None]


class Output(Base):
    """An output."""

    __tablename__ = "outputs"
    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[int] = mapped_column(ForeignKey("actions.id"))
    kind: Mapped[str]
    title: Mapped[str]
    languages: Mapped[str]
    published: Mapped[str | None]


class Action(Base):
    """An action."""

    __tablename__ = "actions"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str]
    title: Mapped[str]
    objective: Mapped[str | None]
    summary: Mapped[str | None]
    region: Mapped[str | None]
    start: Mapped[str | None]
    start_first_day: Mapped[date]
    end: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    countries: Mapped[list[Country]] = relationship(secondary=ActionCountries)
    themes: Mapped[list[Theme]] = relationship(secondary=ActionThemes)
    partners: Mapped[list[Partner]] = relationship(secondary=ActionPartners)
    activities: Mapped[list[Activity]] = relationship(order_by=Activity.position)
    deployments: Mapped[list[Deployment]] = relationship(order_by=Deployment.id)
    outputs: Mapped[list[Output]] = relationship(order_by=Output.id)


class Read(BaseModel):
    """The base of what is answered."""

    model_config = ConfigDict(from_attributes=True)


class CountryRead(Read):
    """A country in an action."""

    code: str
    name: str


class ThemeRead(Read):
    """A theme in an action."""

    slug: str
    name: str


class PartnerRead(Read):
    """A partner in an action."""

    id: int
    name: str
    acronym: str | None


class ActivityRead(Read):
    """An activity in an action."""

    id: int
    position: int
    type: str
    title: str | None
    description: str | None
    start: str | None
    end: str | None
    place: str | None
    country: str | None
    sessions: int | None


class DeploymentRead(Read):
    """A deployment in an action."""

    id: int
    activity: int | None
    sending_country: str | None
    organisation_type: str
    organisation: str | None
    experts_count: int | None


class OutputRead(Read):
    """An output in an action."""

    id: int
    kind: str
    title: str
    languages: str
    published: str | None


class ActionRead(Read):
    """An action in a list."""

    id: int
    slug: str
    title: str
    objective: str | None
    summary: str | None
    region: str | None
    start: str | None
    end: str | None
    created_at: datetime
    updated_at: datetime
    countries: list[CountryRead]
    themes: list[ThemeRead]
    partners: list[PartnerRead]


class ActionDetail(ActionRead):
    """An action by itself."""

    activities: list[ActivityRead]
    deployments: list[DeploymentRead]
    outputs: list[OutputRead]


class ActionPage(BaseModel):
    """A page of actions."""

    total: int
    items: list[ActionRead]


class Row(BaseModel):
    """One row of a figure."""

    value: str | None
    count: int


def session() -> Iterator[Session]:
    """A session for one request."""
    with sessions() as opened:
        yield opened


Opened = Annotated[Session, Depends(session)]
LINKS = (selectinload(Action.countries), selectinload(Action.themes), selectinload(Action.partners))
CHILDREN = (selectinload(Action.activities), selectinload(Action.deployments), selectinload(Action.outputs))


@app.get("/actions", response_model=ActionPage)
def list_actions(
    database: Opened, theme: str | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 20, offset: int = 0
) -> Any:
    """A page of actions."""
    chosen = select(Action)
    if theme is not None:
        chosen = chosen.where(Action.themes.any(Theme.slug == theme))
    total = database.scalar(select(func.count()).select_from(chosen.subquery()))
    page = chosen.options(*LINKS).order_by(Action.start_first_day.desc(), Action.id.desc()).limit(limit).offset(offset)
    return {"total": total, "items": database.scalars(page).all()}


@app.get("/actions/{key}", response_model=ActionDetail)
def get_action(key: int, database: Opened) -> Any:
    """One action with all that belongs to it."""
    action = database.scalar(select(Action).options(*LINKS, *CHILDREN).where(Action.id == key))
    if action is None:
        raise HTTPException(404)
    return action


@app.get("/figures/actions-per-theme", response_model=list[Row])
def actions_per_theme(database: Opened) -> Any:
    """Actions per theme."""
    count = func.count(ActionThemes.c.action.distinct())
    found = database.execute(select(ActionThemes.c.theme, count).group_by(ActionThemes.c.theme).order_by(count.desc()))
    return [{"value": value, "count": number} for value, number in found]


@app.get("/figures/deployments-per-member-state", response_model=list[Row])
def deployments_per_member_state(database: Opened) -> Any:
    """Deployments per country that ever was a member state: without the dates of membership."""
    count = func.count()
    found = database.execute(
        select(Deployment.sending_country, count)
        .join(Country, Country.code == Deployment.sending_country)
        .where(Country.eu_member_from.is_not(None))
        .group_by(Deployment.sending_country)
        .order_by(count.desc())
    )
    return [{"value": value, "count": number} for value, number in found]


@app.get("/figures/themes-by-country", response_model=list[dict[str, Any]])
def themes_by_country(database: Opened) -> Any:
    """Actions per theme and country."""
    found = database.execute(
        select(ActionThemes.c.theme, ActionCountries.c.country, func.count(ActionThemes.c.action.distinct()))
        .join(ActionCountries, ActionCountries.c.action == ActionThemes.c.action)
        .group_by(ActionThemes.c.theme, ActionCountries.c.country)
    )
    return [{"theme": theme, "country": country, "count": number} for theme, country, number in found]
