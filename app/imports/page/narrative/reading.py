"""Reads an action's sentences in order and gathers its activities, deployments, outputs and partners."""

from dataclasses import replace
from functools import lru_cache
from typing import Final

from app.imports.drafts import ActionDraft, Finding, Severity
from app.imports.page.activities.events import SESSIONS, Known
from app.imports.page.dates.mentions import Dates, finding
from app.imports.page.deployments.finding import find_senders
from app.imports.page.deployments.models import Sender
from app.imports.page.language.lexicon import Kind, page_lexicon
from app.imports.page.language.wordsets import words
from app.imports.page.layout import Paragraph
from app.imports.page.narrative.drafting import write
from app.imports.page.narrative.facts import Facts, read_facts
from app.imports.page.narrative.finishing import date_by_duration, drop_announcements, link_experts, read_only_activity
from app.imports.page.narrative.merging import add_event, add_to_earlier
from app.imports.page.narrative.state import Activity, Deployed, Narrative, SourcedSentence
from app.imports.page.narrative.unread import unread_parts
from app.imports.page.partners import institutions, takes_part
from app.imports.page.sentences import LONGEST, Sentence, read_sentence, sentences
from app.imports.page.themes import find_themes
from app.imports.page.titles import Title
from app.reference.countries import COUNTRIES


def read_narrative(draft: ActionDraft, fields: dict[str, list[Paragraph]], title: Title) -> None:
    """Adds what the objective and the summary say to the draft of their action."""
    read, subject = _sentences(draft, fields), title.subject
    objective = [_without_names(source.sentence) for name, source in read if name == "objective"]
    draft.values["themes"] = find_themes(subject, *objective)
    if not draft.values["countries"] and not title.unread:
        _read_countries(draft, read)
    narrative = Narrative(tuple(draft.values["countries"]))
    for name, source in read:
        _read(narrative, source.sentence, source.line, in_objective=name == "objective")
    drop_announcements(narrative)
    if not narrative.activities:
        read_only_activity(narrative, draft, subject, read)
    date_by_duration(narrative, draft)
    link_experts(narrative)
    write(narrative, draft)


def _sentences(draft: ActionDraft, fields: dict[str, list[Paragraph]]) -> list[tuple[str, SourcedSentence]]:
    read: list[tuple[str, SourcedSentence]] = []
    for name, paragraphs in fields.items():
        for paragraph in paragraphs:
            for text, line in sentences(paragraph.text, paragraph.line):
                if len(text) > LONGEST:
                    message = f"a sentence of more than {LONGEST:,} characters was not read"
                    draft.problems.append(
                        Finding(
                            severity=Severity.WARNING,
                            code="long-sentence",
                            message=message,
                            line=line,
                            quote=text[:200],
                        )
                    )
                else:
                    read.append((name, SourcedSentence(read_sentence(text), line)))
    return read


@lru_cache(maxsize=1_000)
def _without_names(sentence: Sentence) -> str:
    """A sentence without the institutions in it: a ministry's name tells no theme of the action."""
    text = sentence.text
    for found in reversed(institutions(sentence)):
        text = text[: sentence.tokens[found.first].start] + "..." + text[sentence.tokens[found.after - 1].end :]
    return text


def _read_countries(draft: ActionDraft, read: list[tuple[str, SourcedSentence]]) -> None:
    """The countries of a regional action, whose title names none: those that asked for it, or whom it is for."""
    for test in (_asks, _is_objective, _is_any):
        codes: list[str] = []
        for name, source in read:
            sentence = source.sentence
            if test(name, sentence):
                senders = find_senders(sentence, [])
                sent = {sender.country for sender in senders.found}
                codes += [
                    str(token.value)
                    for token in sentence.tokens
                    if token.kind in (Kind.COUNTRY, Kind.NATIONALITY)
                    and token.value not in sent
                    and not _is_member(str(token.value))
                ]
        if codes:
            draft.values["countries"] = list(dict.fromkeys(codes))
            names = ", ".join(COUNTRIES[code].name for code in draft.values["countries"])
            message = f"its title names no country that is known: read from its text as {names}"
            _report(draft, "countries-from-text", message)
            return
    _report(draft, "no-countries", "no country is named: the action is read without one")


def _report(draft: ActionDraft, code: str, message: str) -> None:
    """A note of an action whose title names a group of countries, or none; a warning where a name wasn't known."""
    title = draft.values["title"]
    is_group = ":" not in title or any(token.kind is Kind.GROUP for token in page_lexicon().tokens(title))
    severity = Severity.NOTE if is_group else Severity.WARNING
    draft.problems.append(Finding(severity=severity, code=code, message=message, line=draft.line, quote=title))


def _is_member(code: str) -> bool:
    row = COUNTRIES[code]
    return row.eu_member_from is not None


def _asks(_name: str, sentence: Sentence) -> bool:
    return any(token.low in ("request", "requests", "requested", "asked") for token in sentence.tokens)


def _is_objective(name: str, _sentence: Sentence) -> bool:
    return name == "objective"


def _is_any(_name: str, _sentence: Sentence) -> bool:
    return True


def _read(narrative: Narrative, sentence: Sentence, line: int, *, in_objective: bool) -> None:
    known = Known(
        narrative.countries,
        narrative.session_type,
        narrative.series_type,
        narrative.last_type,
        narrative.mission_type,
        narrative.place,
        frozenset([activity.type for activity in narrative.activities]),
    )
    facts = read_facts(sentence, narrative.anchor, known, in_objective=in_objective)
    narrative.problems += [finding(problem, sentence.tokens, sentence.text, line) for problem in facts.dates.problems]
    narrative.names += facts.names
    source = SourcedSentence(sentence, line)
    added = []
    for event in facts.events:
        added += add_event(narrative, source, event)
    if facts.reference and not added:
        add_to_earlier(narrative, facts.reference)
    _remember(narrative, sentence, facts.dates)
    for product in facts.products:
        date = next((m.spans[0].start for m in facts.dates.mentions if 0 < m.first - product.verb < 7), None)
        narrative.products.append((product, source, date))
    _add_senders(narrative, source, facts, added)
    if not in_objective and (unread := unread_parts(source, facts, narrative.countries)):
        narrative.problems.append(unread)


def _remember(narrative: Narrative, sentence: Sentence, dates: Dates) -> None:
    if dates.mentions:
        narrative.anchor = dates.mentions[-1].spans[-1].end
    for token in sentence.tokens if Kind.ACTIVITY in sentence.kinds else ():
        if token.kind is not Kind.ACTIVITY:
            continue
        if token.is_plural and token.value not in ("visit", "exchange", "mapping", "mission"):
            narrative.series_type = narrative.session_type if token.value == "session" else str(token.value)
        if token.value in SESSIONS and "session" in token.low:
            narrative.session_type = str(token.value)


def _add_senders(narrative: Narrative, source: SourcedSentence, facts: Facts, added: list[Activity]) -> None:
    sentence, senders = source.sentence, facts.senders
    lows = [token.low for token in sentence.tokens] if senders.found else []
    of_action = (
        any(
            low == "action" and lows[at - 1] == "this" and "for" in lows[max(0, at - 2) : at]
            for at, low in enumerate(lows)
        )
        or "component" in lows
        or (":" in lows[1:4] and sentence.tokens[0].kind is Kind.EXPERT)
    )
    for sender in senders.found:
        linked = [] if of_action else _spoken_of(narrative, sentence, added, sender)
        narrative.deployed.append(Deployed(replace(sender), source, linked, of_action))
    if senders.shared_count:
        message = f"{senders.shared_count} experts in total: how many each sent isn't told"
        narrative.problems.append(
            Finding(severity=Severity.NOTE, code="shared-count", message=message, line=source.line, quote=sentence.text)
        )
    for found in facts.institutions:
        inside = any(first < found.after and found.first < after for first, after in senders.institutions)
        if not inside and takes_part(sentence, found, narrative.countries):
            narrative.partners.append(found)


_POINTING: Final = words(
    "exercise mission activity visit event workshop training seminar session conference meeting course"
)


def _spoken_of(narrative: Narrative, sentence: Sentence, added: list[Activity], sender: Sender) -> list[Activity]:
    """The one activity that the experts of a sentence were sent to, where it speaks of one."""
    if len(added) == 1:
        return added
    if len(added) > 1:
        before = [
            activity for activity in added if activity.source.sentence is sentence and activity.event.at < sender.at
        ]
        return before[-1:]
    lows = [token.low for token in sentence.tokens]
    for at, low in enumerate(lows[1:], 1):
        if low in _POINTING and lows[at - 1] in ("this", "the") and narrative.activities:
            return narrative.activities[-1:]
    return []
