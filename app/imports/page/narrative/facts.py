"""What one sentence says, given what is known before it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.imports.page.activities.coreference import Reference, find_reference
from app.imports.page.activities.events import Event, Known
from app.imports.page.activities.finding import find_events
from app.imports.page.dates.mentions import Dates, find_dates
from app.imports.page.deployments.finding import find_senders
from app.imports.page.deployments.models import Senders
from app.imports.page.language.lexicon import Kind
from app.imports.page.outputs.finding import Product, find_products, named_products
from app.imports.page.partners import Institution, institutions
from app.imports.page.sentences import Sentence

_DATING: Final = (Kind.MONTH, Kind.NUMBER)
_UNITS: Final = ("month", "months", "year", "years")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sentence says. It is shared by all actions that have the sentence: nobody changes it."""

    dates: Dates
    products: list[Product]
    names: list[tuple[str, str]]
    events: list[Event]
    reference: Reference | None
    senders: Senders
    institutions: tuple[Institution, ...]


@lru_cache(maxsize=4_000)
def read_facts(sentence: Sentence, anchor: str | None, known: Known, *, in_objective: bool) -> Facts:
    """The facts of a sentence. `anchor` is the latest date before it."""
    dates = Dates()
    if not sentence.kinds.isdisjoint(_DATING) or not sentence.words.isdisjoint(_UNITS):
        dates = find_dates(sentence.tokens, anchor)
    products = find_products(sentence, in_objective=in_objective)
    return Facts(
        dates,
        products,
        named_products(sentence),
        find_events(sentence, dates, products, known, in_objective=in_objective),
        find_reference(sentence, dates, known.countries),
        find_senders(sentence, known.countries),
        institutions(sentence),
    )
