"""Publications from the list of downloads: titles, each followed by the codes of its languages."""

import re

from app.imports.drafts import Draft, Finding, Severity
from app.imports.limits import MAX_RECORDS, refuse_beyond
from app.imports.page.layout import LONGEST_TITLE, region_of
from app.imports.page.text import Line
from app.reference.schemas import LANGUAGES

_WORD = re.compile(r"\S+")
# Codes that are words as well stand for a language only beside others.
_CODES = frozenset(LANGUAGES) - {
    "is",
    "to",
    "as",
    "no",
    "or",
    "so",
    "it",
    "an",
    "am",
    "be",
    "my",
    "he",
    "io",
    "ie",
    "os",
}


def read_downloads(lines: list[Line], problems: list[Finding]) -> list[Draft]:
    """The publications of a page, with their lines; what is no title is added to the problems."""
    found = []
    for line in lines:
        title: list[str] = []
        languages: list[str] = []
        for match in _WORD.finditer(line.text):
            word = match[0]
            code = word.strip("()[],;|/").lower()
            if word.strip("()[],;|/") == code and code in _CODES and title:
                languages.append(code)
                continue
            if word.strip("|/,;") == "" and languages:
                continue
            if languages:
                if word[0].islower():  # not the end of a title: the word was part of it
                    title += languages
                else:
                    found.append(_publication(title, languages, line.number))
                    refuse_beyond(len(found), MAX_RECORDS, "publications")
                    title = []
                languages = []
            title.append(word)
        if len(" ".join(title)) > LONGEST_TITLE:
            message = f"a title has at most {LONGEST_TITLE} characters: the line was not read as a publication"
            quote = " ".join(title)[:200]
            problems.append(
                Finding(severity=Severity.WARNING, code="long-title", message=message, line=line.number, quote=quote)
            )
        elif title:
            found.append(_publication(title, languages, line.number))
            refuse_beyond(len(found), MAX_RECORDS, "publications")
    return [draft for draft in found if draft.values["title"]]


def _publication(title: list[str], languages: list[str], line: int) -> Draft:
    name = " ".join(title).strip(" :|*\u2022\u00b7-")
    values = {"title": name, "languages": list(dict.fromkeys(languages))}
    if region := _region(name):
        values["region"] = region
    return Draft(values=values, line=line)


def _region(title: str) -> str | None:
    """The region that ends a title, as in `Newsletter Latin America and the Caribbean`."""
    words = title.split()
    for begin in range(1, len(words)):
        if region := region_of(" ".join(words[begin:])):
            return region.value if "/" not in words[begin - 1] else None
    return None
