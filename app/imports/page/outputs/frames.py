"""How a sentence says that a product is made: `was drafted`, `will produce`, `the drafting of`, `resulted in`."""

from typing import Final

from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.words import BE, FINITE, number_of
from app.imports.page.language.wordsets import words
from app.imports.page.outputs.naming import phrase_start

_DRAFTED: Final = words(
    "developed drafted elaborated prepared formulated designed created written revised updated finalised finalized "
    "drawn drew wrote"
)
_MADE: Final = words(
    "produced published printed issued compiled released made translated disseminated distributed piloted tested "
    "filmed broadcast aired shown"
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
_OUTPUT_NOUNS: Final = words(
    "output outputs outcome outcomes result results product products deliverable deliverables achievements"
)
PLANNED, ONGOING, COMPLETED = "planned", "ongoing", "completed"

Frame = tuple[str, bool, str, int]
"""How it is made: `process`, `drafted`, `made` or `result`; whether it is published; the status; where the verb is."""


def frame_of(tokens: list[Token], at: int, *, in_objective: bool) -> Frame | None:
    return (
        _passive(tokens, at)
        or _of_list(tokens, at)
        or _of_which(tokens, at)
        or _reduced(tokens, at)
        or _active(tokens, at, in_objective=in_objective)
        or _nominal(tokens, at, in_objective=in_objective)
        or _result(tokens, at)
    )


def _passive(tokens: list[Token], at: int) -> Frame | None:  # noqa: PLR0911 - each return is one wording
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


def _of_list(tokens: list[Token], at: int) -> Frame | None:
    """`The following were produced: a toolkit, SOPs and a film`, `Results: a toolkit and a film`."""
    colon = next((place for place in range(at - 1, 0, -1) if tokens[place].low == ":"), None)
    if colon is None or any(token.low in FINITE for token in tokens[colon:at]):
        return None
    lead = {token.low for token in tokens[max(0, colon - 10) : colon]}
    is_made = tokens[colon - 1].low in _OUTPUT_NOUNS or (
        not lead.isdisjoint(BE) and not lead.isdisjoint(_DRAFTED | _MADE)
    )
    return ("made", "published" in lead, _status(lead), colon) if is_made else None


def _of_which(tokens: list[Token], at: int) -> Frame | None:
    """`A strategy, the drafting of which was launched in May and is ongoing`."""
    for place in range(at + 1, min(len(tokens) - 2, at + 8)):
        if tokens[place].low in _NOUNS and [t.low for t in tokens[place + 1 : place + 3]] == ["of", "which"]:
            lows = {token.low for token in tokens[place : place + 16]}
            is_open = bool(lows & {"ongoing", "underway"}) or {"is", "being"} <= lows
            return "process", False, ONGOING if is_open else COMPLETED, place
    return None


def _reduced(tokens: list[Token], at: int) -> Frame | None:
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
    start = phrase_start(tokens, at)
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
        if token.low in ("where", "while", "after", "before", "during"):
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


def _active(tokens: list[Token], at: int, *, in_objective: bool) -> Frame | None:  # noqa: PLR0911, PLR0912 - each return is one wording
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


def _nominal(tokens: list[Token], at: int, *, in_objective: bool) -> Frame | None:
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


def _nominal_frame(tokens: list[Token], noun: int, at: int) -> Frame | None:
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


def _result(tokens: list[Token], at: int) -> Frame | None:
    """`It resulted in a report`, `the output was a logical framework`, `reflected in three reports`."""
    verb = _verb_after(tokens, at)
    if verb is not None and tokens[verb].low in BE and any(t.low in _OUTPUT_NOUNS for t in tokens[verb : verb + 5]):
        return "result", False, COMPLETED, verb  # "a handbook was the main output of the action"
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
    return tokens[place + 1].low in ("a", "an", "the") and phrase_start(tokens, at) <= place + 2


def _is_at_hand(tokens: list[Token], at: int) -> bool:
    """`The report of the mission pointed to ...`: a report that does something was written."""
    if tokens[at].value != "report" or not tokens[at].low.endswith(("report", "reports")) or not 0 < at < 6:
        return False
    if tokens[at - 1].low not in ("the", "resulting", "final", "joint", "s", "its", "this") and not (
        tokens[at].is_plural and number_of(tokens[at - 1])
    ):
        return False
    for place in range(at + 1, min(len(tokens) - 1, at + 14)):
        if tokens[place].low == "," and tokens[place + 1].low not in _STATED | {"which", "whose", "one"}:
            return False  # "based on the report, a training was held"
        if tokens[place].low in _STATED:
            return True
    return False


_STATED: Final = words(
    "pointed identified highlighted contained contains served recommended outlined revealed showed formed concluded "
    "provided underlined stressed summarised summarized documented reflected presented compiled was is"
)
