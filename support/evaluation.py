"""Measures the reader of pages against keys made by hand.

Each field has its precision and recall, per page: of what was read, how much is in the key; of what is in the key, how
much was read. The pages in `benchmarks/imports/pages` are invented, in the format of the facility's regional pages; the
key of the page on Asia is the seed, and that page is left out where it isn't at hand.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from app.core.text import fold
from app.imports.drafts import ActionDraft, ParsedFile, Severity
from app.imports.page.reader import read_page
from app.imports.problems import UnreadableFile
from support.commands import ROOT

PAGES = ROOT / "benchmarks" / "imports" / "pages"
ASIA_PAGE = ROOT.parent / "shared" / "asia-page.txt"
ASIA_KEY = ROOT / "seed" / "asia.yaml"


@dataclass
class Score:
    """What was read of a field, what stands in the key, and what agrees."""

    read: int = 0
    known: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """The share of what was read that is right."""
        return self.right / self.read if self.read else 1.0

    @property
    def recall(self) -> float:
        """The share of the key that was read."""
        return self.right / self.known if self.known else 1.0

    def compare(self, where: str, read: Iterable[Any], known: Iterable[Any]) -> None:
        """Adds what two lists have in common, each item as often as it stands in both."""
        mine, its = Counter(list(read)), Counter(list(known))
        self.read += mine.total()
        self.known += its.total()
        self.right += (mine & its).total()
        self.wrong += [f"{where}: read {item}" for item in (mine - its).elements()]
        self.wrong += [f"{where}: missed {item}" for item in (its - mine).elements()]

    def add(self, other: "Score") -> None:
        """Adds the counts of another page."""
        self.read += other.read
        self.known += other.known
        self.right += other.right


Scores = dict[str, Score]


# -- keys, of the seed and of the pages, in one form --


def seed_key(seed: dict[str, Any]) -> dict[str, Any]:
    """The facts of a seed file in the form of the pages' keys."""
    partners = {facts["key"]: [facts["name"], facts["acronym"], facts["country"]] for facts in seed["partners"]}
    actions = []
    for action in seed["actions"]:
        activities = [
            [a["type"], a["start"], a["end"], a["place"], a["country"], a["sessions"]] for a in action["activities"]
        ]
        deployments = [
            [d["sending_country"] or d["origin"] or d["organisation"], d["organisation_type"], d["experts_count"]]
            for d in action["deployments"]
        ]
        actions.append(
            {
                **action,
                "partners": [partners[key] for key in action["partners"]],
                "activities": activities,
                "deployments": deployments,
                "outputs": [output["kind"] for output in action["outputs"]],
            }
        )
    return {"actions": actions, "publications": len(seed["publications"])}


def evaluate(reading: ParsedFile, key: dict[str, Any]) -> Scores:
    """The score of each field."""
    scores: Scores = {}
    known = {plain(action["title"]): action for action in key["actions"]}
    read = {plain(draft.values.get("title", "")): draft for draft in reading.actions}
    score(scores, "titles").compare("page", read, known)
    for title, action in known.items():
        draft = read.get(title) or ActionDraft(values={"countries": [], "themes": [], "end": "none read"})
        _compare_action(scores, title[:40], draft, action, key.get("region"))
    score(scores, "publications").compare(
        "page", ["one"] * len(reading.publications), ["one"] * key.get("publications", 0)
    )
    return scores


def plain(text: str) -> str:
    """A text whose quotes and spaces make no difference."""
    return " ".join(text.replace("\u2019", "'").split())


def score(scores: Scores, name: str) -> Score:
    """The score of a field, which may be new."""
    return scores.setdefault(name, Score())


def _compare_action(scores: Scores, where: str, draft: ActionDraft, action: dict[str, Any], region: str | None) -> None:
    values = draft.values

    def compare(name: str, read: Iterable[Any], known: Iterable[Any]) -> None:
        score(scores, name).compare(where, read, known)

    compare("countries", values["countries"], action["countries"])
    compare("start", [values.get("start")], [action["start"]])
    compare("end", [values.get("end", "none read")], [action["end"] if action["start"] else "none read"])
    compare("ongoing", [values.get("end", "") is None], [action["end"] is None and action["start"] is not None])
    compare("follows", filter(None, [values.get("follows")]), filter(None, [action.get("follows")]))
    compare("themes", values["themes"], action["themes"])
    compare("region", [values.get("region")], [region or action.get("region")])
    _compare_deployments(compare, draft, action["deployments"])
    _compare_activities(compare, draft, action["activities"])
    compare("outputs by kind", [d.values["kind"] for d in draft.outputs], action["outputs"])
    read, known = _partners(values.get("partners", []), action["partners"])
    compare("partners", read, known)


def _compare_deployments(compare: Any, draft: ActionDraft, known: list[list[Any]]) -> None:
    read = [
        (
            d.values.get("sending_country") or d.values.get("origin") or d.values.get("organisation"),
            d.values["organisation_type"],
            d.values["experts_count"],
        )
        for d in draft.deployments
    ]
    facts = [tuple(item) for item in known]
    countries = re.compile("[A-Z]{2}")
    compare(
        "sending country x action",
        {who for who, _, _ in read if who and countries.fullmatch(who)},
        {who for who, _, _ in facts if who and countries.fullmatch(who)},
    )
    compare("deployments", [who for who, _, _ in read], [who for who, _, _ in facts])
    compare("organisation type", [(who, kind) for who, kind, _ in read], [(who, kind) for who, kind, _ in facts])
    compare("experts", read, facts)


def _compare_activities(compare: Any, draft: ActionDraft, known: list[list[Any]]) -> None:
    fields = ("type", "start", "end", "place", "country", "sessions")
    read = [_activity(d.values.get(name) for name in fields) for d in draft.activities]
    facts = [_activity(item) for item in known]
    compare("activities by type and date", [a[:3] for a in read], [a[:3] for a in facts])
    compare("activities with place", [a[:5] for a in read], [a[:5] for a in facts])
    compare("activities with sessions", [(*a[:3], a[5]) for a in read], [(*a[:3], a[5]) for a in facts])


def _activity(facts: Iterable[Any]) -> tuple[Any, ...]:
    """The facts of an activity, its town without accents, which pages leave out or not."""
    kind, start, end, place, *rest = facts
    return kind, start, end, place and fold(place), *rest


def _partners(read: list[dict[str, Any]], known: list[list[Any]]) -> tuple[list[str], list[str]]:
    """Names, made equal where the acronym or most words agree: there are several ways to write one."""
    names = [plain(partner["name"]) for partner in read]
    left = list(range(len(read)))
    facts = []
    for name, acronym, country in known:
        match = next((i for i in left if _is_same(read[i], name, acronym, country)), None)
        if match is None:
            facts.append(plain(name))
        else:
            left.remove(match)
            facts.append(names[match])
    return names, facts


def _is_same(partner: dict[str, Any], name: str, acronym: str | None, country: str | None) -> bool:
    if partner["country"] != country:
        return False
    if acronym and partner["acronym"] == acronym:
        return True
    small = {"of", "the", "and", "for", "on", "in"}
    mine, its = (set(re.findall(r"\w+", text.lower())) - small for text in (partner["name"], name))
    return len(mine & its) * 2 >= len(mine | its) or (mine <= its and len(mine) > 2)


def evaluate_page(page: Path, key: dict[str, Any]) -> Scores:
    """The scores of a page file; one that is refused misses all that stands in the key."""
    try:
        reading = read_page(page.read_bytes(), page.name)
    except UnreadableFile:
        reading = ParsedFile(format="page")
    return evaluate(reading, key)


def count_warned(page: Path, key: dict[str, Any]) -> Counter[str]:
    """Whether warnings say where errors are: by action, errors in what was read of its sentences, and warnings."""
    counted: Counter[str] = Counter()
    known = {plain(action["title"]): action for action in key["actions"]}
    for draft in read_page(page.read_bytes(), page.name).actions:
        if not (action := known.get(plain(draft.values.get("title", "")))):
            continue
        scores: Scores = {}
        _compare_action(scores, "", draft, action, key.get("region"))
        errors = sum(len(scores[name].wrong) for name in ("activities with place", "deployments", "outputs by kind"))
        warnings = [problem.code for problem in draft.problems if problem.severity is Severity.WARNING]
        unread = warnings.count("unread-sentence")
        counted["errors"] += errors
        counted["errors in an action with a warning"] += errors if warnings else 0
        counted["unread sentences"] += unread
        counted["unread sentences in an action with an error"] += unread if errors else 0
    return counted


def pages() -> dict[str, tuple[Path, dict[str, Any]]]:
    """Every page that is at hand, with its key."""
    found = {}
    if ASIA_PAGE.exists():
        found["asia"] = (ASIA_PAGE, seed_key(yaml.safe_load(ASIA_KEY.read_text("utf-8"))))
    for key in sorted((PAGES).glob("*.yaml")):
        page = next(path for path in sorted(key.parent.glob(f"{key.stem}.*")) if path != key)
        found[key.stem] = (page, yaml.safe_load(key.read_text("utf-8")))
    return found
