"""Writes what was gathered from an action's sentences as drafts, each thing once."""

import re
from dataclasses import replace
from typing import Any, Final

from app.imports.drafts import ActionDraft, Draft, Finding, Severity
from app.imports.page.narrative.state import Activity, Deployed, Narrative
from app.imports.page.outputs.finding import Product

_GENERIC: Final = frozenset(("the ministry", "the ministries"))


def write(narrative: Narrative, draft: ActionDraft) -> None:
    draft.problems += narrative.problems
    draft.activities = [_activity_draft(activity) for activity in narrative.activities]
    draft.deployments = [_deployment_draft(narrative, deployed) for deployed in _distinct_deployments(narrative)]
    draft.outputs = _output_drafts(narrative)
    if partners := _partner_values(narrative):
        draft.values["partners"] = partners  # a page that names none says nothing of them
    if not draft.deployments:
        message = "no experts are named"
        draft.problems.append(
            Finding(
                severity=Severity.NOTE,
                code="no-deployments",
                message=message,
                line=draft.line,
                quote=draft.values["title"],
            )
        )


def _activity_draft(activity: Activity) -> Draft:
    values: dict[str, Any] = {"type": activity.type, "title": activity.title}
    if activity.span:
        values["start"] = activity.span.start
        values["end"] = None if activity.is_open else activity.span.end
    else:
        values["status"] = activity.status
    if activity.place:
        if activity.place.town:
            values["place"] = activity.place.town
        if activity.place.country:
            values["country"] = activity.place.country
    values["sessions"] = activity.sessions
    values["source_quote"] = activity.source.sentence.text
    return Draft(values=values, line=activity.source.line)


def _distinct_deployments(narrative: Narrative) -> list[Deployed]:
    """Each origin and kind once: what the last sentence repeats isn't sent twice."""
    states = any(d.sender.country for d in narrative.deployed)
    names_all = any(d.speaks_of_action and d.sender.type for d in narrative.deployed)
    named = {d.sender.country for d in narrative.deployed if not d.sender.is_one_of}
    kept: dict[tuple[Any, ...], Deployed] = {}
    for deployed in narrative.deployed:
        sender = deployed.sender
        if (
            states
            and sender.origin in ("EU", "European", "European Union", "Europe")
            and not sender.type
            and not sender.organisation
        ):
            continue
        if sender.is_one_of and sender.country in named:
            continue
        if sender.origin and not (sender.type or sender.organisation or deployed.speaks_of_action) and names_all:
            continue  # "moderated by European and West African experts", whom the last sentence names
        key = (sender.country, sender.origin, sender.type, sender.organisation if not sender.country else None)
        earlier = kept.get(key)
        if earlier and _are_apart(earlier, deployed):
            kept[(*key, len(kept))] = deployed
        elif earlier:
            earlier.sender.count = earlier.sender.count or sender.count
            earlier.sender.organisation = earlier.sender.organisation or sender.organisation
        else:
            kept[key] = deployed
    found = list(kept.values())
    # "Romanian experts" in one sentence and "the Romanian national administration" in another are the same ones.
    typed = {d.sender.country for d in found if d.sender.type and d.sender.country and d.speaks_of_action}
    counts = {(d.sender.country, d.sender.count) for d in found if d.sender.type and d.speaks_of_action}
    return [
        d
        for d in found
        if d.sender.type
        or d.sender.country not in typed
        or (d.sender.count and (d.sender.country, d.sender.count) not in counts)
    ]


def _are_apart(one: Deployed, other: Deployed) -> bool:
    """Whether experts of one origin were sent twice: to one activity, and to another."""
    return len(one.activities) == len(other.activities) == 1 and one.activities[0] is not other.activities[0]


def _deployment_draft(narrative: Narrative, deployed: Deployed) -> Draft:
    sender = deployed.sender
    values: dict[str, Any] = {"organisation_type": sender.type or "unspecified", "experts_count": sender.count}
    for name, value in (
        ("sending_country", sender.country),
        ("origin", sender.origin),
        ("organisation", sender.organisation),
    ):
        if value:
            values[name] = value[:300]
    if len(deployed.activities) == 1:
        values["activity"] = narrative.activities.index(deployed.activities[0]) + 1
    values["source_quote"] = deployed.source.sentence.text
    return Draft(values=values, line=deployed.source.line)


def _output_drafts(narrative: Narrative) -> list[Draft]:
    kept: list[tuple[Product, Draft]] = []
    for shared, source, date in narrative.products:
        product = replace(shared)
        same = next((k for k in kept if _is_same_output(k[0], product)), None)
        if same:
            if product.is_named and not same[0].is_named:
                same[1].values["title"], same[0].is_named = product.title, True
            continue
        title = product.title
        if not product.is_named:
            title = next(
                (name for kind, name in narrative.names if kind == product.kind and _is_part_of(product.title, name)),
                title,
            )
        total = product.number
        if product.of_each:
            is_any = "any" in product.of_each
            total = min(20, max(1, sum(is_any or one.type in product.of_each for one in narrative.activities)))
        for number in range(1, total + 1):
            numbered = f"{title[:280]} ({number} of {total})" if total > 1 else title
            values: dict[str, Any] = {"kind": product.kind, "title": numbered, "source_quote": source.sentence.text}
            if product.is_published and date:
                values["published"] = date
            kept.append((product, Draft(values=values, line=source.line)))
    return [draft for _, draft in kept]


def _is_same_output(one: Product, other: Product) -> bool:
    if one is other or one.kind != other.kind:
        return False
    are_other = one.number != other.number and not (one.of_each or other.of_each)
    if are_other and not (one.is_definite or other.is_definite):
        return False  # "a report" of a mission, and "three reports" of conferences
    mine, its = _words(one.title), _words(other.title)
    return one.is_definite or other.is_definite or mine <= its or its <= mine or len(mine & its) * 2 > len(mine | its)


def _words(title: str) -> set[str]:
    words = re.findall(r"\w+", title.lower())
    return {word.removesuffix("s") for word in words} - {"the", "of", "on", "and", "a", "for", "in"}


def _is_part_of(title: str, name: str) -> bool:
    return _words(title) & _words(name) != set()


def _partner_values(narrative: Narrative) -> list[dict[str, Any]]:
    """The partners, each once: by acronym, and by name."""
    own = narrative.countries[0] if len(narrative.countries) == 1 else None
    kept: list[dict[str, Any]] = []
    for found in narrative.partners:
        if found.name.lower() in _GENERIC or found.name in ("EU", "MIEUX", "ICMPD", "UN"):
            continue
        country = found.country or (own if found.value not in ("eu-body", "international-organisation") else None)
        acronym = found.acronym
        same = next(
            (p for p in kept if _same_partner(p, found.name, acronym) and p["country"] in (country, None)), None
        )
        if same:
            same["acronym"], same["country"] = same["acronym"] or acronym, country
            continue
        kept.append({"name": found.name[:300], "acronym": acronym, "country": country})
    return kept


def _same_partner(partner: dict[str, Any], name: str, acronym: str | None) -> bool:
    known: str = partner["name"].lower()
    short = partner["acronym"] or ""
    return bool(
        (short and short in name.split() and set(name.lower().split()) - {short.lower()} <= set(known.split()))
        or known == name.lower()
        or (acronym is not None and acronym == partner["acronym"])
        or known.startswith(name.lower())
        or name == partner["acronym"]
    )
