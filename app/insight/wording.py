"""What figures and pictures say by themselves, in the languages of labels: `wording.csv`."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from app.core.languages import LabelLanguage

_TEXTS: Final = Path(__file__).with_name("wording.csv")
_GROUPS: Final = {LabelLanguage.EN: ",", LabelLanguage.FR: "\u202f", LabelLanguage.DE: ".", LabelLanguage.ES: "."}
"""What parts thousands."""


@dataclass(frozen=True)
class Wording:
    """The words of one language."""

    measures: Mapping[str, str]
    nouns: Mapping[str, str]
    """Each dimension, as it follows the word for "per"."""
    filters: Mapping[str, str]
    """What a filter is called that is not called like its dimension."""
    picture: Mapping[str, str]
    """The texts of pictures."""
    definition: Mapping[str, str]
    """The parts of definitions."""
    group: str

    def number(self, value: int) -> str:
        """A number as it is written in this language."""
        return f"{value:,}".replace(",", self.group)


@lru_cache(maxsize=len(LabelLanguage))
def wording_of(language: LabelLanguage) -> Wording:
    """The words of a language."""
    kinds: defaultdict[str, dict[str, str]] = defaultdict(dict)
    with _TEXTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kinds[row["kind"]][row["key"]] = row[language.value]
    return Wording(
        kinds["measure"], kinds["noun"], kinds["filter"], kinds["picture"], kinds["definition"], _GROUPS[language]
    )
