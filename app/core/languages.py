"""The language of labels: `lang=` decides, else `Accept-Language`, else it is English.

The record itself is in the language of its sources. What the registry adds to it (names of countries, values of
vocabularies, themes, pictures) is answered in the language that was asked for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Query, Request


class LabelLanguage(StrEnum):
    """A language of labels, ISO 639-1."""

    EN = "en"
    FR = "fr"
    DE = "de"
    ES = "es"


_KNOWN = {item.value: item for item in LabelLanguage}
_language: ContextVar[LabelLanguage] = ContextVar("language", default=LabelLanguage.EN)

LangParameter = Annotated[
    LabelLanguage | None,
    Query(description="Language of labels; by default what `Accept-Language` prefers, else English."),
]


def language() -> LabelLanguage:
    """The language in which the present request is answered."""
    return _language.get()


@contextmanager
def speaking(wanted: LabelLanguage) -> Iterator[None]:
    """Labels are in this language for a while."""
    token = _language.set(wanted)
    try:
        yield
    finally:
        _language.reset(token)


async def choose_language(request: Request, lang: LangParameter = None) -> None:
    """Sets the language of the rest of the request."""
    _language.set(lang or preferred(",".join(request.headers.getlist("Accept-Language"))))


LABELLED = [Depends(choose_language)]
"""The dependencies of a router whose answers have labels."""


def preferred(header: str) -> LabelLanguage:
    """The language that an `Accept-Language` header likes best, of those that there are; English if it likes none.

    What can't be read of it is passed over: a header that a browser sends by itself is no reason to refuse.
    """
    best, liked = LabelLanguage.EN, 0.0
    for part in header[:1000].split(","):
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = _quality(parameters)
        if quality <= liked:
            continue
        if tag == "*":
            best, liked = LabelLanguage.EN, quality
        elif (primary := tag.partition("-")[0]) in _KNOWN:
            best, liked = _KNOWN[primary], quality
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                quality = float(parameter.removeprefix("q="))
            except ValueError:
                return 0.0
            return quality if 0 < quality <= 1 else 0.0
    return 1.0
