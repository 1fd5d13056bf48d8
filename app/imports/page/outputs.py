"""Finds products in sentences: documents, films and materials that were made, are being made or will be.

A document that is mentioned is none yet: a verb has to say that it is made (`was drafted`, `will produce`), a noun that
somebody works on it (`the development of the handbook`), or that something results in it.
"""

from dataclasses import dataclass
from typing import Final

from app.imports.page.lexicon import Kind, Token
from app.imports.page.quotations import quoted_title
from app.imports.page.sentences import Sentence
from app.imports.page.words import BE, FINITE, number_of
from app.imports.page.wordsets import words

_DRAFTED: Final = words(
    "developed drafted elaborated prepared formulated designed created written revised updated finalised finalized "
    "drawn"
)
_MADE: Final = words(
    "produced published printed issued compiled released made translated disseminated distributed piloted tested "
    "filmed "
    "broadcast aired shown"
)
_ADOPTED: Final = words(
    "agreed circulated transmitted adopted approved validated endorsed submitted delivered presented handed "
    "launched available"
)

_BASE: Final = words(
    "develop draft elaborate prepare formulate design create write revise update finalise produce publish issue"
)
_GERUNDS: Final = words(
    "developing drafting elaborating preparing formulating designing creating writing revising updating finalising "
    "producing"
)
_NOUNS: Final = words(
    "development drafting elaboration preparation formulation revision design finalisation finalization production "
    "publication compilation adoption"
)
_HELPED: Final = words("supported assisted helped contributed advised supports assists helps support assist help")
_SET_DOWN: Final = words(
    "resulted result results reflected summarised summarized compiled captured outlined presented described documented "
    "recorded detailed contained consolidated collected gathered incorporated out down formulated"
)
_RESULTS: Final = (
    *((verb, "in") for verb in sorted(_SET_DOWN)),
    ("led", "to"),
    ("rise", "to"),
    ("together", "in"),
    ("form", "of"),
    ("concluded", "with"),
    ("ended", "with"),
)
_OUTPUT_NOUNS: Final = words("output outputs outcome outcomes result product products deliverable deliverables")
_COMPOUNDS: Final = words(
    "cycle development developments maker makers making dialogue process framework frameworks options level officers "
    "department unit implications priorities writing approach measures management area areas issues reform work "
    "launch"
)
_NEVER_DRAFTED: Final = words("report film campaign-material resource-book")
PLANNED, ONGOING, COMPLETED = "planned", "ongoing", "completed"


@dataclass(slots=True)
class Product:
    """A product at a place in a sentence."""

    at: int
    kind: str
    title: str
    is_drafted: bool
    """Whether it is told that somebody worked on it, which is an activity of its own where its time is told."""
    status: str
    number: int = 1
    is_definite: bool = False
    is_named: bool = False
    is_published: bool = False
    verb: int = 0
    """The place of the verb or noun that says that it is made."""
    of_each: frozenset[str] = frozenset()
    """The types of the activities of which each has one: `a report was published after each of the workshops`."""
    is_process: bool = False
    """Whether a noun tells of the work: `the drafting of the law`."""


def find_products(sentence: Sentence, *, in_objective: bool) -> list[Product]:
    """The products that a sentence tells of, in order."""
    found: list[Product] = []
    if Kind.PRODUCT not in sentence.kinds:
        return found
    behind = 0
    for at, token in enumerate(sentence.tokens):
        if token.kind is Kind.PRODUCT and at >= behind and not _is_compound(sentence.tokens, at):
            behind = title[1] if (title := quoted_title(sentence.tokens, at)) else behind
            frame = _frame(sentence.tokens, at, in_objective=in_objective)
            if (
                frame
                and not _is_contained(sentence.tokens, at)
                and not (found and _is_listed(sentence.tokens, found[-1], at))
            ):
                found.append(_product(sentence, at, *frame))
    return found


def named_products(sentence: Sentence) -> list[tuple[str, str]]:
    """Kind and name of the products that are written as names: `the Practical Handbook on Labour Migration`."""
    found: list[tuple[str, str]] = []
    if Kind.PRODUCT not in sentence.kinds:
        return found
    for at, token in enumerate(sentence.tokens):
        if token.kind is Kind.PRODUCT and token.is_capital:
            title, is_named = _title(sentence, at)
            if is_named:
                found.append((str(token.value), title))
    return found


def _is_contained(tokens: list[Token], at: int) -> bool:
    """`A report, including a set of recommendations, was drafted`: what is a part of a document is none of its own."""
    start = _phrase_start(tokens, at)
    lead = start - 1 if start and tokens[start - 1].low not in ("a", "an", "the") else start - 2
    return lead >= 0 and tokens[lead].low in ("including", "containing", "comprising")


def _is_listed(tokens: list[Token], earlier: Product, at: int) -> bool:
    """`Posters and other campaign materials` are one kind of product, told once."""
    between = [token.low for token in tokens[earlier.at + 1 : at]]
    return tokens[at].value == earlier.kind and between[:1] in (["and"], [","]) and "other" in between[:4]


def _is_compound(tokens: list[Token], at: int) -> bool:
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return following is not None and (
        following.low in _COMPOUNDS or following.kind in (Kind.ACTIVITY, Kind.PRODUCT, Kind.EXPERT, Kind.PERSON)
    )


_Frame = tuple[str, bool, str, int]
"""How it is made: `process`, `drafted`, `made` or `result`; whether it is published; the status; where the verb is."""


def _frame(tokens: list[Token], at: int, *, in_objective: bool) -> _Frame | None:
    return (
        _passive(tokens, at)
        or _of_which(tokens, at)
        or _reduced(tokens, at)
        or _active(tokens, at, in_objective=in_objective)
        or _nominal(tokens, at, in_objective=in_objective)
        or _result(tokens, at)
    )


def _passive(tokens: list[Token], at: int) -> _Frame | None:  # noqa: PLR0911 - each return is one wording
    """`A roadmap ... was developed`, `Guidelines are being prepared`."""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is not None and following.low in _DRAFTED | _MADE and any(token.low in BE for token in tokens[:at]):
        # "a strategy was adopted, and materials produced": the second verb leans on the first one's auxiliary
        ends = at + 2 >= len(tokens) or tokens[at + 2].low in (".", ",", ";", "by", "and", "in")
        return ("drafted" if following.low in _DRAFTED else "made", False, COMPLETED, at + 1) if ends else None
    verb = _verb_after(tokens, at)
    if verb is None:
        return None
    if tokens[verb - 1].low not in ("which", "that") and _leans_on_preposition(tokens, at):
        return None
    window = tokens[verb : verb + 8]
    if window[0].low not in BE and window[0].low not in ("will", "has", "have", "had"):
        return None
    if not any(token.low in BE for token in window[:3]):
        return None
    for offset, token in enumerate(window[1:], 1):
        if (
            token.low in (".", ";", "by", "on", "to", "for", "during", "with", "that", "which")
            or token.kind is Kind.MONTH
            or (token.low == "in" and [t.low for t in window[offset + 1 : offset + 2]] != ["use"])
        ):
            break
        is_study = tokens[at].low.endswith(("study", "studies", "survey", "surveys"))
        if is_study and token.low in ("carried", "conducted", "undertaken"):
            return "made", False, _status({t.low for t in window[:5]}), verb + offset
        if token.low in _DRAFTED or token.low in _MADE or token.low in _ADOPTED:
            how = "drafted" if token.low in _DRAFTED else "made"
            lows = {t.low for t in window[:5]}
            return how, token.low == "published", _status(lows), verb + offset
        if token.low == "disposal" or (token.low == "use" and window[offset - 1].low == "in"):
            return "made", False, COMPLETED, verb
        if token.low == "under" and verb + offset + 1 < len(tokens):
            return "drafted", False, ONGOING, verb + offset
    return None


def _of_which(tokens: list[Token], at: int) -> _Frame | None:
    """`A strategy, the drafting of which was launched in May and is ongoing`."""
    for place in range(at + 1, min(len(tokens) - 2, at + 8)):
        if tokens[place].low in _NOUNS and [t.low for t in tokens[place + 1 : place + 3]] == ["of", "which"]:
            lows = {token.low for token in tokens[place : place + 16]}
            is_open = bool(lows & {"ongoing", "underway"}) or {"is", "being"} <= lows
            return "process", False, ONGOING if is_open else COMPLETED, place
    return None


def _reduced(tokens: list[Token], at: int) -> _Frame | None:
    """`The "Guidelines on Visas" developed in the meantime were presented`, `The materials produced remain in use`."""
    quoted = sum(token.low == '"' for token in tokens[:at]) % 2 == 1
    for place in range(at + 1, min(len(tokens) - 1, at + 16)):
        token = tokens[place]
        if token.low == '"' and quoted:
            quoted = False
        elif token.low in _DRAFTED | _MADE:
            if tokens[place + 1].low == "by" or _leans_on_preposition(tokens, at):
                return None
            return ("drafted" if token.low in _DRAFTED else "made"), False, COMPLETED, place
        elif token.low == "," and not quoted and tokens[place + 1].low in _DRAFTED | _MADE:
            continue
        elif not quoted and not (token.low in ("on", "of", "for", "the", "and", "to") or token.is_capital):
            return None
    return None


_PREPOSITIONS: Final = words(
    "on of to in from for with by about under at into through using towards toward concerning regarding"
)
_PARTS: Final = words("text set series number draft drafts version versions outline pair package collection")


def _leans_on_preposition(tokens: list[Token], at: int) -> bool:
    """`Based on the report, a training was developed`: what stands after a preposition is no subject."""
    start = _phrase_start(tokens, at)
    while start and tokens[start - 1].low in ("the", "a", "an", "this", "these", "its", "their"):
        start -= 1
    low = tokens[start - 1].low if start else ""
    if low == "of" and start > 1 and tokens[start - 2].low in _PARTS:
        return False
    return low in _PREPOSITIONS


def _verb_after(tokens: list[Token], at: int) -> int | None:
    """The next verb after a noun whose subject it can be; what stands between belongs to the noun."""
    inside, quoted, resumes = 0, False, 0
    for place in range(at + 1, min(len(tokens), at + 45)):
        token = tokens[place]
        if token.low == '"':
            quoted = not quoted
        inside += (token.low == "(") - (token.low == ")")
        if quoted or inside > 0:
            continue
        if token.low == ";" or (token.low == ":" and place > at + 1):
            return None
        if place < resumes:
            continue
        if token.low == "," and place + 1 < len(tokens) and tokens[place + 1].low in ("which", "whose"):
            # a relative clause, behind which the sentence goes on
            resumes = next((p + 1 for p in range(place + 2, len(tokens)) if tokens[p].low == ","), place + 1)
            continue
        if token.low in FINITE and (token.low in BE or token.low in ("will", "has", "have", "had")):
            return place
        if token.low in ("who", "where", "while", "after", "before", "during"):
            return None
        if token.low == "followed" or token.low in ("took", "takes"):
            return None
    return None


def _status(lows: set[str]) -> str:
    if lows & {"is", "are"} and "being" in lows:
        return ONGOING
    if lows & {"ongoing", "underway"}:
        return ONGOING
    if "will" in lows or "to" in lows:
        return PLANNED
    if lows & {"planned", "foreseen", "scheduled", "envisaged"}:
        return PLANNED
    return COMPLETED


def _active(tokens: list[Token], at: int, *, in_objective: bool) -> _Frame | None:  # noqa: PLR0911, PLR0912 - each return is one wording
    """`MIEUX developed a handbook`, `the action will produce guidelines`, `helped the ministry to draft a law`."""
    for place in range(at - 1, max(-1, at - 16), -1):
        low = tokens[place].low
        if tokens[place].kind is Kind.ACTIVITY and place == at - 1:
            continue  # "a needs assessment report"
        if low in ("on", "upon") and tokens[place - 1].low == "agreed" and tokens[place - 2].low not in BE:
            return "made", False, COMPLETED, place - 1
        if low in (";", ":", "on", "by", "which", "that", "while") or tokens[place].kind is Kind.ACTIVITY:
            return None
        if low in ("adopted", "handed") and place and tokens[place - 1].low not in BE:
            return "made", False, COMPLETED, place
        before = {token.low for token in tokens[max(0, place - 4) : place]}
        if low in _DRAFTED or low in _MADE:
            if before & BE or (place and tokens[place - 1].low in ("newly", "a", "an", "the", "recently")):
                return None
            if place == 0:
                return None
            return ("drafted" if low in _DRAFTED else "made"), low == "published", COMPLETED, place
        if low in _BASE:
            if "will" in before:
                return ("drafted" if low != "produce" else "made"), False, PLANNED, place
            earlier = {token.low for token in tokens[max(0, place - 12) : place]}
            if not in_objective and (("to" in before and earlier & _HELPED) or tokens[place - 1].low == "helped"):
                return "drafted", False, COMPLETED, place
            return None
        if low in _GERUNDS and tokens[place + 1].low == "of":
            return None  # a noun: "in the drafting of the law"
        if low in _GERUNDS:
            earlier = {token.low for token in tokens[max(0, place - 12) : place]}
            if not in_objective and "in" in before and earlier & _HELPED:
                return "drafted", False, COMPLETED, place
            return None
        if low in FINITE:
            return None
    return None


def _nominal(tokens: list[Token], at: int, *, in_objective: bool) -> _Frame | None:
    """`The drafting of the handbook started`, `rounded off by the development of the handbook`."""
    for place in range(at - 1, max(-1, at - 10), -1):
        low = tokens[place].low
        if low in FINITE or low in (";", ","):
            return None
        if low in _NOUNS:
            linked = any(token.low == "of" for token in tokens[place + 1 : place + 3])
            if not linked or in_objective:
                return None
            return _nominal_frame(tokens, place, at)
    return None


def _nominal_frame(tokens: list[Token], noun: int, at: int) -> _Frame | None:
    before = tokens[noun - 1].low if noun else ""
    if before in ("the", "a") or tokens[noun - 1].low in ("joint", "further", "final"):
        before = tokens[noun - 2].low if noun > 1 else ""
    lows = [token.low for token in tokens[max(0, noun - 12) : noun]]
    if before in (
        "through",
        "by",
        "with",
        "to",
        "include",
        "includes",
        "included",
        "and",
        "supported",
        "of",
        "in",
        "support",
    ):
        verbs = [
            low
            for low in lows
            if low in FINITE or low in BE or low in _HELPED or low in ("include", "includes", "included", "continue")
        ]
        if not verbs or (before in ("of", "in") and not set(lows) & _HELPED):
            return None
        how = "made" if tokens[noun].low in ("adoption", "publication", "production") else "process"
        return how, False, _status(set(lows) - {"to"}), noun
    if before in ("on", "about", "for", "regarding"):
        return None  # "training on the design of surveys"
    if noun <= 3 or before in (",", ".", "", "while"):
        verb = _verb_after(tokens, at)
        after = {token.low for token in tokens[verb : verb + 5]} if verb is not None else set()
        active = {token.low for token in tokens[at + 1 : at + 24]} & {
            "started",
            "began",
            "lasted",
            "took",
            "followed",
            "continued",
            "starts",
            "begins",
        }
        if after or active:
            is_open = bool(
                after & {"initiated", "started", "launched", "begun"}
                or active & {"started", "began", "starts", "begins"}
            )
            return "process", False, ONGOING if is_open else _status(after), noun
    return None


def _result(tokens: list[Token], at: int) -> _Frame | None:
    """`It resulted in a report`, `the output was a logical framework`, `reflected in three reports`."""
    if _is_at_hand(tokens, at):
        return "result", False, COMPLETED, at
    for place in range(at - 1, max(-1, at - 9), -1):
        low = tokens[place].low
        pair = (tokens[place - 1].low, low) if place else ("", low)
        set_down = low == "in" and any(token.low in _SET_DOWN for token in tokens[max(0, place - 8) : place])
        if pair in _RESULTS or (set_down and _is_right_before(tokens, place, at)):
            lows = {token.low for token in tokens[max(0, place - 4) : place]}
            return "result", False, PLANNED if "will" in lows else COMPLETED, place
        if low in ("was", "were", "is", "be") and any(
            token.low in _OUTPUT_NOUNS for token in tokens[max(0, place - 10) : place]
        ):
            return "result", False, COMPLETED, place
        if low in FINITE or low in (";", ","):
            return None
    return None


def _is_right_before(tokens: list[Token], place: int, at: int) -> bool:
    """Whether only an article and adjectives stand between: `laid down their findings in a joint report`."""
    return tokens[place + 1].low in ("a", "an", "the") and _phrase_start(tokens, at) <= place + 2


def _is_at_hand(tokens: list[Token], at: int) -> bool:
    """`The report of the mission pointed to ...`: a report that does something was written."""
    if tokens[at].value != "report" or not tokens[at].low.endswith(("report", "reports")) or not 0 < at < 6:
        return False
    if tokens[at - 1].low not in ("the", "resulting", "final", "joint", "s", "its", "this") and not (
        tokens[at].is_plural and number_of(tokens[at - 1])
    ):
        return False
    for place in range(at + 1, min(len(tokens) - 1, at + 14)):
        if tokens[place].low == "," and tokens[place + 1].low not in _TOLD | {"which", "whose", "one"}:
            return False  # "based on the report, a training was held"
        if tokens[place].low in _TOLD:
            return True
    return False


_TOLD: Final = words(
    "pointed identified highlighted contained contains served recommended outlined revealed showed formed concluded "
    "provided underlined stressed summarised summarized documented reflected presented compiled was is"
)


def _product(sentence: Sentence, at: int, how: str, published: bool, status: str, verb: int) -> Product:
    token = sentence.tokens[at]
    title, is_named = _title(sentence, at)
    start = _phrase_start(sentence.tokens, at)
    before = sentence.tokens[max(0, start - 2) : at]
    number = next((n for t in before if (n := number_of(t)) and t.low != "one"), 1) if token.is_plural else 1
    kind = str(token.value)
    drafted = kind not in _NEVER_DRAFTED and how in ("drafted", "process")
    definite = bool(start and sentence.tokens[start - 1].low in ("the", "this", "these", "its", "their"))
    return Product(
        at,
        kind,
        title,
        drafted,
        status,
        min(number, 20),
        definite and not is_named,
        is_named,
        published,
        verb,
        _of_each(sentence, at),
        how == "process",
    )


def _of_each(sentence: Sentence, at: int) -> frozenset[str]:
    if sentence.tokens[at].is_plural or "each" not in sentence.words or sentence.tokens[at].value != "report":
        return frozenset()
    return frozenset(
        "any" if token.low in ("event", "events") else str(token.value)
        for token in sentence.tokens
        if token.kind is Kind.ACTIVITY or token.low in ("event", "events")
    )


def _phrase_start(tokens: list[Token], at: int) -> int:
    """Where the adjectives before a noun begin."""
    start = at
    while start and at - start < 6:
        before = tokens[start - 1]
        if (
            before.kind
            not in (
                Kind.WORD,
                Kind.NATIONALITY,
                Kind.GROUP,
                Kind.COUNTRY,
                Kind.ACTIVITY,
            )
            and before.low != "-"
        ):
            break
        in_hyphens = tokens[start].low == "-"  # "country-of-origin information"
        if (before.low in _STOPS or before.low in FINITE) and not in_hyphens:
            break
        start -= 1
    return start


_STOPS: Final = words(
    "the a an this these its their that of on in for to by and or with as from at into through one two three four "
    "five six set first firstly secondly finally which also newly named entitled"
)
_TAIL_ENDS: Final = words(
    ". ; : , which who that by in during throughout led signed and is are was were will has have being been developed "
    "produced drafted elaborated prepared published adopted followed took as at through along together while where "
    "using under until since between after before"
)


def _title(sentence: Sentence, at: int) -> tuple[str, bool]:
    """The product's name, or the words for it; and whether it is a name."""
    tokens, text = sentence.tokens, sentence.text
    if quoted := _quoted(sentence, at):
        return quoted, True
    start = _phrase_start(tokens, at)
    end = at + 1
    is_name = tokens[at].is_capital
    while end < len(tokens) and end - at < 26:
        token = tokens[end]
        joins_name = is_name and token.low in ("and", "in") and end + 1 < len(tokens) and tokens[end + 1].is_capital
        if (token.low in _TAIL_ENDS and not joins_name) or token.kind is Kind.MONTH or token.low in ('"', "'"):
            break
        end += 1
    while end > at + 1 and tokens[end - 1].low in (
        "of",
        "on",
        "for",
        "to",
        "the",
        "and",
        "a",
        "from",
        "in",
        "by",
        "with",
        "(",
    ):
        end -= 1
    title = " ".join(text[tokens[start].start : tokens[end - 1].end].split())
    capitals = sum(token.is_capital for token in tokens[start:end])
    is_named = tokens[at].is_capital and capitals >= 2 and (start > 0 or capitals > 2)
    return title[:1].upper() + title[1:290], is_named


def _quoted(sentence: Sentence, at: int) -> str | None:
    title = quoted_title(sentence.tokens, at)
    if title is None:
        return None
    opening, closing = title
    return " ".join(sentence.text[sentence.tokens[opening].end : sentence.tokens[closing].start].split())[:290]
