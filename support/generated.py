"""Made-up records by the thousand, shaped like the real record, awkward shapes included.

    async with database.engine.begin() as connection:
        await generate(connection, 10_000)

The same number and seed make the same records. What stands in the database stays, and the new ids follow the highest
ones. Some actions are set pieces, so that even a small number of actions has every awkward shape.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.actions.models import Action, ActionCountry, ActionPartner, ActionTheme
from app.activities.models import STATED, Activity
from app.core.partial_dates import UNKNOWN_DAY, days_of
from app.core.text import slugify
from app.deployments.models import Deployment
from app.outputs.models import Output
from app.reference.countries import COUNTRIES, MEMBER_STATES
from app.reference.models import Partner, Source, Theme
from app.reference.vocabularies import ActivityType, OrganisationType, OutputKind, Region, Status
from app.search.upkeep import write_all

FIRST_DAY, LAST_DAY = date(2009, 1, 1), date(2027, 12, 31)
PARTNERS = 200
CHUNK = 1000
MADE_AT = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)

# In the order in which foreign keys allow them to be filled.
TABLES: Final = (
    Source,
    Partner,
    Action,
    ActionTheme,
    ActionCountry,
    ActionPartner,
    Activity,
    Deployment,
    Output,
)
WITH_IDS: Final = (Source, Partner, Action, Activity, Deployment, Output)

ACTIVITY_TYPES: Final = [member.value for member in ActivityType]
ORGANISATION_TYPES: Final = [member.value for member in OrganisationType]
OUTPUT_KINDS: Final = [member.value for member in OutputKind]
REGIONS: Final = [member.value for member in Region]
STATUSES: Final = [member.value for member in STATED]


def _listed(words: str) -> list[str]:
    return words.split()


PARTNER_COUNTRIES: Final = _listed(
    "AZ KG KZ TJ UZ TM PH TH VN LA KH MM ID CN IN PK BD LK AF NP AM GE MD UA BY TR EG TN MA DZ JO LB SN ML CI GH NG CV "
    "KE ET ZA MX CR CO PE EC BR AR CL HT DO"
)
OUTSIDE_EU: Final = ("CH", "NO", "US", "CA", "RU", "UA", "TR", "PH", "AU", "RS")
ORIGINS: Final = ("European", "ASEAN", "West African", "international")
LANGUAGES: Final = ("en", "fr", "es", "ru", "ar", "pt")
TOPICS: Final = (
    "labour migration",
    "irregular migration",
    "trafficking in human beings",
    "return and reintegration",
    "integrated border management",
    "document security",
    "asylum procedures",
    "diaspora engagement",
    "migration statistics",
    "visa policy",
    "the protection of children on the move",
    "health of migrants",
)
VERBS: Final = ("Strengthening", "Supporting", "Reviewing", "Developing", "Improving", "Mapping")
OBJECTS: Final = (
    "the national strategy",
    "the legal framework",
    "interagency cooperation",
    "the training curriculum",
    "the referral mechanism",
    "the action plan",
    "standard operating procedures",
)
WORDS: Final = _listed(
    "the authorities ministry officials experts national regional agency practice draft review policy strategy border "
    "migrants workers families protection reception return readmission identification victims referral training "
    "workshop curriculum participants prosecutors judges police consular embassy recruitment employment remittances "
    "diaspora statistics registers biometric passports visas asylum procedures legislation amendments by-laws guidance "
    "handbook roadmap recommendations findings mission assessment interviews field visits provinces municipalities "
    "cooperation exchange peers dialogue coordination interagency committee secretariat plan indicators monitoring "
    "evaluation follow-up gaps needs capacity resources budget timeline and of for with on in to from by during after"
)
SYLLABLES: Final = _listed("ka ri ma ba do len tu vi so pe ra shi no zem qa lo mir ghe ta ush")

# The days around which a country left or joined the EU, each with the country that sends experts then.
MEMBERSHIP_EDGES: Final = {
    "GB": ("2020-01-30", "2020-01-31", "2020-02-01", "2020-01", "2020-02", "2020", "2021", None),
    "HR": ("2013-06-30", "2013-07-01", "2013-06", "2013-07", "2013", "2014", None),
}


async def generate(connection: AsyncConnection | AsyncSession, actions: int, seed: int = 1) -> None:
    """Adds that many actions, with all that belongs to them, to a migrated database that has the reference data.

    Whoever opened the connection commits.
    """
    if isinstance(connection, AsyncSession):
        connection = await connection.connection()
    themes = list(await connection.scalars(select(Theme.slug).order_by(Theme.slug)))
    following = {table: (await connection.scalar(select(func.max(table.id))) or 0) + 1 for table in WITH_IDS}
    made = _Record(Random(seed), themes, following)
    made.add_reference()
    for number in range(actions):
        made.add_action(number)
        if number % CHUNK == CHUNK - 1:
            await _write(connection, made)
    await _write(connection, made)
    if connection.dialect.name == "postgresql":
        for table, following_id in made.following.items():
            name = table.__tablename__
            statement = text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), :following, false)")
            await connection.execute(statement, {"following": following_id})
    await connection.run_sync(write_all)


async def _write(connection: AsyncConnection, made: "_Record") -> None:
    for table in TABLES:
        if rows := made.rows.pop(table, None):
            await connection.execute(insert(table), rows)


class _Record:
    """Rows that wait to be written, and what the next ones need to know."""

    def __init__(self, random: Random, themes: list[str], following: dict[Any, int]) -> None:
        self.random = random
        self.themes = themes
        self.following = following
        self.rows: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        self.partners: list[int] = []
        self.sources: list[int] = []

    # -- rows --

    def add(self, table: Any, **values: Any) -> int:
        """A row of a table with ids; gives its id."""
        key = self.following[table]
        self.following[table] += 1
        made = {"id": key, "version": 1, "created_at": MADE_AT, "updated_at": MADE_AT}
        self.rows[table].append(made | values)
        return key

    def add_reference(self) -> None:
        """The partners and sources that the actions name."""
        for _ in range(PARTNERS):
            country = self.maybe(0.8, self.random.choice(PARTNER_COUNTRIES))
            where = COUNTRIES[country].name if country else "the Region"
            number = self.following[Partner]
            name = f"Department {number} for {self.random.choice(TOPICS)} of {where}"
            self.partners.append(
                self.add(Partner, name=name, acronym=self.maybe(0.4, f"D{number}"), country=country),
            )
        for year in (2012, 2018, 2024):
            title = f"Made-up record of {year}"
            self.sources.append(
                self.add(Source, title=title, publisher=None, url=None, as_of=f"{year}-12", funder=None)
            )

    def add_action(self, number: int) -> None:
        """An action with all that belongs to it."""
        match number % 40:
            case 3:
                self.add_bare_action()
            case 7:
                self.add_membership_action("GB")
            case 11:
                self.add_membership_action("HR")
            case 15:
                self.add_undated_action()
            case 19:
                self.add_open_action()
            case _:
                self.add_plain_action()

    def add_plain_action(self) -> None:
        start = self.start()
        end = self.end(start, days=600, open_ended=0.1)
        action = self.begin_action(start, end)
        self.add_links(
            action,
            themes=self.random.choices(range(5), (1, 5, 4, 2, 1))[0],
            countries=self.random.choices(range(4), (1, 8, 2, 1))[0],
            partners=self.random.choices(range(4), (4, 4, 2, 1))[0],
        )
        begun = days_of("start", start)["start_first_day"] if start else None
        activities = [
            self.add_activity(action, position, begun) for position in range(1, self.random.randint(0, 8) + 1)
        ]
        for _ in range(self.random.randint(0, 6)):
            self.add_deployment(action, self.maybe(0.65, self.random.choice(activities or [None])))
        for _ in range(self.random.randint(0, 3)):
            self.add_output(action, begun)

    # -- set pieces --

    def add_bare_action(self) -> None:
        """A title and nothing else."""
        self.begin_action(None, None, bare=True)

    def add_membership_action(self, country: str) -> None:
        """Deployments on both sides of the day that changed a country's membership in the EU."""
        start = MEMBERSHIP_EDGES[country][2]
        action = self.begin_action(start, None)
        self.add_links(action, themes=1, countries=1, partners=1)
        for position, day in enumerate(MEMBERSHIP_EDGES[country], 1):
            values = {"start": day, "end": day, "country": None, "stated_status": None}
            activity = self.add_activity_row(action, position, values)
            self.add_deployment_row(action, activity, country, None)
        self.add_deployment_row(action, None, country, None)

    def add_undated_action(self) -> None:
        """No dates at all, though it has activities and deployments."""
        action = self.begin_action(None, None)
        self.add_links(action, themes=2, countries=2, partners=0)
        for position, stated in enumerate((Status.PLANNED.value, Status.COMPLETED.value, None), 1):
            values = {"start": None, "end": None, "country": None, "stated_status": stated}
            activity = self.add_activity_row(action, position, values)
            self.add_deployment_row(action, activity, ("GB", "HR", "FR")[position - 1], None)
        self.add_deployment_row(action, None, None, self.random.choice(ORIGINS))
        self.add_deployment_row(action, None, None, None)
        self.add_output(action, None)

    def add_open_action(self) -> None:
        """It runs on, as does an activity of it; a partner country of it belongs to no subregion."""
        action = self.begin_action("2011", None)
        self.add_links(action, themes=3, countries=0, partners=3)
        for position, code in enumerate(("AQ", "PH"), 1):
            self.rows[ActionCountry].append({"action": action, "country": code, "position": position})
        values = {"start": "2012-05-17", "end": None, "country": "PH", "stated_status": None}
        activity = self.add_activity_row(action, 1, values)
        self.add_deployment_row(action, activity, "CH", None)

    # -- records --

    def begin_action(self, start: str | None, end: str | None, *, bare: bool = False) -> int:
        title = " ".join(map(self.random.choice, (VERBS, OBJECTS))) + f" on {self.random.choice(TOPICS)}"
        objective, summary = (None, None) if bare else (self.prose(300), self.maybe(0.95, self.prose(1000)))
        key = self.following[Action]
        earlier = len(self.rows[Action])
        # Of every third one, the state is known until the end of a year.
        confirmed_on = None if bare or key % 3 else f"{2011 + key % 8}-12-31"
        return self.add(
            Action,
            slug=f"{slugify(title, otherwise='action')}-{key}",
            title=title,
            objective=objective,
            summary=summary,
            region=None if bare else self.maybe(0.93, self.random.choice(REGIONS)),
            start=start,
            **days_of("start", start),
            end=end,
            **days_of("end", end),
            confirmed_on=confirmed_on,
            vouched_for=confirmed_on is None,
            confirmed_last_day=UNKNOWN_DAY if confirmed_on is None else date.fromisoformat(confirmed_on),
            follows=self.maybe(0.1, key - self.random.randint(1, earlier)) if earlier and not bare else None,
            source=None if bare else self.maybe(0.8, self.random.choice(self.sources)),
        )

    def add_links(self, action: int, *, themes: int, countries: int, partners: int) -> None:
        for table, column, known, count in (
            (ActionTheme, "theme", self.themes, themes),
            (ActionCountry, "country", PARTNER_COUNTRIES, countries),
            (ActionPartner, "partner", self.partners, partners),
        ):
            for position, key in enumerate(self.random.sample(known, count), 1):
                self.rows[table].append({"action": action, column: key, "position": position})

    def add_activity(self, action: int, position: int, begun: date | None) -> int:
        start = self.maybe(0.8, self.start(begun))
        values = {
            "start": start,
            "end": self.end(start, days=60, open_ended=0.08),
            "country": self.maybe(0.7, self.random.choice((*PARTNER_COUNTRIES, *MEMBER_STATES))),
            "stated_status": self.maybe(0.1 if start else 0.5, self.random.choice(STATUSES)),
        }
        return self.add_activity_row(action, position, values)

    def add_activity_row(self, action: int, position: int, values: dict[str, Any]) -> int:
        kind = self.random.choice(ACTIVITY_TYPES)
        place = self.town() if self.random.random() < 0.6 else None
        title = f"{kind.replace('-', ' ').capitalize()} on {self.random.choice(TOPICS)}"
        description = self.prose(150) if self.random.random() < 0.3 else None
        return self.add(
            Activity,
            action=action,
            position=position,
            type=kind,
            title=title,
            description=description,
            place=place,
            sessions=self.random.choice((1, 1, 1, 1, 2, 3)),
            source_quote=None,
            **values,
            **days_of("start", values["start"]),
            **days_of("end", values["end"]),
        )

    def add_deployment(self, action: int, activity: int | None) -> None:
        senders = (MEMBER_STATES, ("GB", "HR"), OUTSIDE_EU, (None,))
        country = self.random.choice(self.random.choices(senders, (14, 2, 3, 3))[0])
        self.add_deployment_row(action, activity, country, None if country else self.maybe(0.6, "European"))

    def add_deployment_row(self, action: int, activity: int | None, country: str | None, origin: str | None) -> None:
        kind = self.random.choices(ORGANISATION_TYPES, (10, 2, 1, 3, 2, 1, 4))[0]
        self.add(
            Deployment,
            action=action,
            activity=activity,
            sending_country=country,
            origin=origin,
            organisation_type=kind,
            organisation=f"Office of {self.town()}" if self.random.random() < 0.3 else None,
            experts_count=self.maybe(0.6, self.random.randint(1, 6)),
            source_quote=None,
        )

    def add_output(self, action: int, begun: date | None) -> None:
        kind = self.random.choice(OUTPUT_KINDS)
        title = f"{kind.replace('-', ' ').capitalize()} on {self.random.choice(TOPICS)}"
        published = self.maybe(0.7, self.start(begun))
        self.add(
            Output,
            action=action,
            kind=kind,
            title=title,
            languages=sorted(self.random.sample(LANGUAGES, self.random.randint(0, 3))),
            published=published,
            **days_of("published", published),
            source_quote=None,
        )

    # -- values --

    def maybe(self, share: float, value: Any) -> Any:
        """The value in that share of cases, else null."""
        return value if self.random.random() < share else None

    def start(self, begun: date | None = None) -> str | None:
        """A date as a source states it: a month mostly, sometimes a day or a year, or none at all.

        With `begun`, it lies in the two years after that day, and is never missing.
        """
        first = begun or FIRST_DAY
        days = 700 if begun else (LAST_DAY - FIRST_DAY).days
        day = min(first + timedelta(self.random.randrange(days)), LAST_DAY)
        form = self.random.choices((7, 10, 4, 0), (6, 2, 1, 0 if begun else 1))[0]
        return day.isoformat()[:form] or None

    def end(self, start: str | None, *, days: int, open_ended: float) -> str | None:
        """The end of what starts then, of the same precision; null where it is open."""
        if start is None or self.random.random() < open_ended:
            return None
        first = days_of("start", start)["start_first_day"]
        later = first + timedelta(self.random.choice((0, self.random.randrange(days))))
        return later.isoformat()[: len(start)]

    def prose(self, length: int) -> str:
        """Sentences of about that many characters."""
        words = self.random.choices(WORDS, k=length // 8)
        words.insert(len(words) // 2, self.town())
        sentences = [" ".join(words[first : first + 14]) for first in range(0, len(words), 14)]
        return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in sentences)

    def town(self) -> str:
        """The name of a town that isn't."""
        return "".join(self.random.choices(SYLLABLES, k=3)).capitalize()
