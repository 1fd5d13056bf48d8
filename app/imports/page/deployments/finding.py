"""Finds who sent experts: nationality adjectives, countries, groups and organisations around the word for them.

A host or a venue sends nobody: only what stands with experts, or with the verb `deploy`, is read. An expert's words are
read outwards from the noun: what stands before it (`two Dutch`), and what follows after `from` or `of`.
"""

from collections.abc import Sequence
from typing import Final

from app.imports.page.activities.travels import VISITED, is_own
from app.imports.page.deployments.lists import JOINTS, NATIONAL, ORIGINS, SenderList
from app.imports.page.deployments.models import Sender, Senders
from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.words import BE, FINITE, number_of
from app.imports.page.language.wordsets import words
from app.imports.page.partners import institutions
from app.imports.page.sentences import Sentence
from app.reference.countries import COUNTRIES

_DEPLOY: Final = words("deployed deploy deploys deploying seconded dispatched mobilised mobilized")
_SENT: Final = _DEPLOY | {"sent", "provided", "contributed"}
_MODIFIERS: Final = words(
    "mieux senior legal migration independent private government governmental international national short term "
    "expert key technical several various different experienced professional public member state states ms based "
    "academic ngo university - relevant other more additional high level civil society joint"
)
_BENEFIT: Final = words(
    "met meet meeting for attended targeting targeted addressed among between training train trained"
)


def find_senders(sentence: Sentence, own: Sequence[str]) -> Senders:
    """Who sent experts, by a sentence. `own` are the partner countries, whose experts take part as a rule."""
    tokens = sentence.tokens
    result = Senders()
    deploys = not sentence.words.isdisjoint(_DEPLOY) or "as experts" in sentence.text
    if "by" in sentence.words and not _GIVEN.isdisjoint(sentence.words):
        _read_givers(sentence, own, result)
    if not deploys and Kind.EXPERT not in sentence.kinds and Kind.PERSON not in sentence.kinds:
        return result
    heads = [at for at, token in enumerate(tokens) if token.kind is Kind.EXPERT or _acts_as_expert(tokens, at, own)]
    if deploys or (Kind.EXPERT in sentence.kinds and not sentence.words.isdisjoint(("joined", "contributed"))):
        heads = sorted({*heads, *_other_heads(tokens)})
    heads = [at for at in heads if tokens[at].low != "academia" or not _is_listed_academia(tokens, at, heads)]
    bounds = [_phrase_start(tokens, head) for head in heads]
    for index, head in enumerate(heads):
        until = bounds[index + 1] if index + 1 < len(heads) else len(tokens)
        reading = ExpertPhrase(sentence, head, bounds[index], max(until, head + 1), own, deploys=deploys)
        reading.read(result)
    if deploys and not result.found:
        _read_subject(sentence, own, result)
    return result


def _read_givers(sentence: Sentence, own: Sequence[str], result: Senders) -> None:
    """`The course was delivered by the Estonian Police Academy and an official of the Spanish Ministry of Interior`."""
    tokens = sentence.tokens
    begin = next((at + 1 for at in range(1, len(tokens)) if tokens[at].low == "by" and _is_giving(tokens, at)), None)
    for found in institutions(sentence) if begin else ():
        between = tokens[begin : found.first]
        is_read = any(first <= found.first < after for first, after in result.institutions)
        if found.first < (begin or 0) or is_read or found.country is None or found.country in own:
            continue
        if any(token.low in FINITE or token.low in (";", "which", "who", "with") for token in between):
            break
        person = found.first > 1 and any(token.kind is Kind.PERSON for token in tokens[found.first - 4 : found.first])
        kind = found.value if found.value != "unspecified" else NATIONAL
        result.found.append(
            Sender(found.first, country=found.country, type=kind, organisation=found.name, count=1 if person else None)
        )
        result.institutions.append((found.first, found.after))


def _is_giving(tokens: list[Token], by: int) -> bool:
    return tokens[by - 1].low in _GIVEN and any(token.low in BE for token in tokens[max(0, by - 4) : by])


_GIVEN: Final = words("delivered given taught led facilitated moderated conducted provided")


def _is_listed_academia(tokens: list[Token], at: int, heads: Sequence[int]) -> bool:
    """`Experts from the Dutch administration and from Spanish academia`: it tells where those before it are from."""
    before = [head for head in heads if head < at]
    return bool(before) and any(token.low in ("from", "of") for token in tokens[before[-1] : at])


def _acts_as_expert(tokens: list[Token], at: int, own: Sequence[str]) -> bool:
    """A person of another country who does something for the action: `led by a French magistrate`."""
    if tokens[at].kind is Kind.PERSON and (_speaks_for_a_body(tokens, at) or _contributes(tokens, at, own)):
        return True
    if tokens[at].kind is not Kind.PERSON or tokens[at - 1].kind is not Kind.NATIONALITY or tokens[at - 1].value in own:
        return False
    if _gives(tokens, at, own):
        return True
    before = [token.low for token in tokens[max(0, at - 12) : at]]
    if any(token.low in _DEPLOY for token in tokens):
        return True
    if "by" not in before:
        return False
    agent = before[before.index("by") - 1] if before.index("by") else ""
    return agent not in ("attended", "followed", "visited", "joined", "accompanied")


_CONTRIBUTES: Final = words(
    "contributed trained led gave facilitated moderated delivered taught advised supported assisted seconded"
)


def _gives(tokens: list[Token], at: int, own: Sequence[str]) -> bool:
    """`Two Estonian officials taught`, `A Swedish prosecutor travelled to Cusco`, which is in the partner country."""
    for place, token in enumerate(tokens[at + 1 : at + 12], at + 1):
        if token.low in _CONTRIBUTES:
            return token.low == "seconded" or tokens[place - 1].low not in BE
        if token.low in VISITED:
            ahead = tokens[place + 1 : place + 4]
            return any(t.kind in (Kind.CITY, Kind.COUNTRY) and is_own(t, own) for t in ahead)
        if token.low in FINITE and token.low not in BE:
            return False
        if token.low in (";", "who", "which", ":"):
            return False
    return False


def _contributes(tokens: list[Token], at: int, own: Sequence[str]) -> bool:
    """`An official of the Moroccan national administration contributed`, `Officials from Denmark supported it`."""
    is_subject = at <= 4 or (tokens[at - 2].low in ("and", ",") and bool(number_of(tokens[at - 1])))
    if not is_subject or tokens[at].low.startswith(_AUDIENCE) or at + 1 >= len(tokens):
        return False
    behind = [t for t in tokens[at + 2 : at + 7] if t.kind in (Kind.NATIONALITY, Kind.COUNTRY)]
    is_foreign = bool(behind) and all(token.value not in own for token in behind)
    return is_foreign and tokens[at + 1].low in ("of", "from") and _gives(tokens, at, own)


_AUDIENCE: Final = ("participant", "delegat", "stakeholder")


def _speaks_for_a_body(tokens: list[Token], at: int) -> bool:
    """`By experts from Italy and by representatives of the IOM`."""
    if tokens[at - 1].low != "by" or not any(token.kind is Kind.EXPERT for token in tokens):
        return False
    behind = tokens[at + 1 : at + 5]
    return any(
        token.kind is Kind.BODY or (token.kind is Kind.ADMINISTRATION and token.value == "ngo") for token in behind
    )


def _other_heads(tokens: list[Token]) -> list[int]:
    """Persons who are deployed without being called experts: `representatives from NGOs`, `officials from Spain`."""
    return [
        at
        for at, token in enumerate(tokens)
        if token.kind is Kind.PERSON and at + 1 < len(tokens) and tokens[at + 1].low in ("from", "of")
    ]


def _phrase_start(tokens: list[Token], head: int) -> int:
    """Where the words before the noun begin: its adjectives, its number, its article."""
    at = head
    while at > 0 and head - at < 24:
        before = tokens[at - 1]
        if before.kind in ORIGINS or before.kind is Kind.BODY or before.low in _MODIFIERS:
            at -= 1
        elif (
            (number_of(before) or before.low in ("a", "an"))
            and at > 2
            and tokens[at - 2].low in ("and", ",")
            and tokens[at - 3].kind is Kind.NATIONALITY
        ):
            at -= 2  # "one French and two Spanish experts"
        elif before.low in ("a", "an", "the", "no") or number_of(before):
            return at - 1
        elif before.low in JOINTS and at > 1 and _leads_to_origin(tokens, at - 2) and tokens[at].kind in ORIGINS:
            at -= 1
        else:
            break
    return at


def _leads_to_origin(tokens: list[Token], at: int) -> bool:
    """Whether the joint after this token joins two nationalities, and not a country with what follows it."""
    while at > 0 and tokens[at].low in (",", "and", "as", "well"):
        at -= 1
    return tokens[at].kind in (Kind.NATIONALITY, Kind.GROUP)


class ExpertPhrase:
    """One word for experts with what belongs to it."""

    def __init__(
        self, sentence: Sentence, head: int, start: int, until: int, own: Sequence[str], *, deploys: bool
    ) -> None:
        self.sentence, self.tokens = sentence, sentence.tokens
        self.head, self.start, self.until = head, start, until
        self.own, self.deploys = own, deploys
        self.found: list[Sender] = []
        self.spans: list[tuple[int, int]] = []

    def read(self, result: Senders) -> None:
        """Adds the senders of this word."""
        tokens, head = self.tokens, self.tokens[self.head]
        if tokens[self.start].low == "no" or self._is_denied() or self._is_beneficiary():
            return
        before = tokens[self.start : self.head]
        count = next((number for token in before if (number := number_of(token))), None)
        if count is None and not head.is_plural and head.low != "academia":
            count = 1 if any(token.low in ("a", "an") for token in before) or head.kind is Kind.EXPERT else None
        hint = head.value or self._hint(before)
        leading = self._leading(before)
        count = self._settle_counts(leading, count)
        bodies = [at for at in range(self.start, self.head) if tokens[at].kind is Kind.BODY]
        for at in bodies:
            name = self.sentence.text[tokens[at].start : tokens[at].end]
            leading.append(Sender(self.head, type=tokens[at].value, organisation=name))
        if not leading and self._read_subject():
            self.share(count, result)
            return
        following = self._list_start()
        if head.low == "expertise" and following is None:
            return
        if leading and (more := self._and_more(following)):
            leading[-1].count = leading[-1].count or count
            self.settle(leading, hint)
            count, leading, following = None, [], more
        if following is not None:
            SenderList(self, leading, hint).read(following)
        else:
            self.settle(leading, hint)
        self._drop_groups()
        is_one_of = tokens[self.start].low == "the" and self.start > 1 and tokens[self.start - 1].low == "of"
        for sender in self.found:
            sender.is_one_of = is_one_of and number_of(tokens[self.start - 2]) is not None
        if not self.found and hint and (self.deploys or head.value) and self._acts():
            self.found.append(Sender(self.head, type=hint))
        self.share(count, result)

    @staticmethod
    def _settle_counts(leading: list[Sender], count: int | None) -> int | None:
        """The number of all together, which is none where each has its own; of one that has, it is that of all."""
        if len(leading) > 1 and all(sender.count for sender in leading):
            return None
        for sender in leading:
            sender.count = None
        return count

    def _and_more(self, following: int | None) -> int | None:
        """`Two Belgian experts and one from Spain`: where the second ones begin, of whom a list tells the origin."""
        more = self.head + 2
        if following is None or more >= self.until or self.tokens[more - 1].low != "and":
            return None
        return more if number_of(self.tokens[more]) and following == more + 2 else None

    def _is_denied(self) -> bool:
        """`Experts were not available from Germany`."""
        behind = [token.low for token in self.tokens[self.head + 1 : self.head + 4]]
        return "not" in behind or "unavailable" in behind

    def _acts(self) -> bool:
        """Whether experts who come from nowhere in particular are senders: they are deployed, or do something."""
        return self.deploys or any(token.low in FINITE for token in self.tokens[self.head + 1 : self.head + 4])

    def _is_beneficiary(self) -> bool:
        before = self.tokens[max(0, self.start - 2) : self.start]
        if before and before[-1].low == "by":
            return False
        return not self.deploys and any(token.low in _BENEFIT for token in before)

    def _leading(self, before: list[Token]) -> list[Sender]:
        """The origins before the noun, each with the number right before it."""
        leading: list[Sender] = []
        for at, token in enumerate(before):
            if token.kind in ORIGINS:
                leading.append(self.origin_of(token))
                article = at > 0 and len(leading) > 0 and before[at - 1].low in ("a", "an")
                leading[-1].count = 1 if article else number_of(before[at - 1]) if at else None
        return leading

    def _is_gathering(self) -> bool:
        """`The conference brought together experts from the region`: most of them take part, and weren't sent."""
        before = {token.low for token in self.tokens[max(0, self.start - 3) : self.start]}
        return not before.isdisjoint(("together", "gathered", "gathering", "participants", "attended"))

    @staticmethod
    def _hint(before: list[Token]) -> str | None:
        lows = {token.low for token in before}
        if lows & {"private", "independent"}:
            return "private-consultant"
        if lows & {"government", "governmental"}:
            return NATIONAL
        if lows & {"academic", "university"}:
            return "academia"
        return "ngo" if lows & {"ngo"} or {"civil", "society"} <= lows else None

    def origin_of(self, token: Token) -> Sender:
        if token.kind is Kind.GROUP:
            written = self.sentence.text[token.start : token.end]
            return Sender(self.head, origin=token.value if token.is_plural or token.value == "EU" else written)
        return Sender(self.head, country=str(token.value))

    def _read_subject(self) -> bool:
        """Those before a verb of sending: `Sweden and Finland sent an expert each`."""
        verb = self.start - 1
        if verb < 1 or self.tokens[verb].low not in _SENT or self.tokens[verb - 1].low in BE:
            return False
        begin = verb
        while (
            begin > 0
            and verb - begin < 16
            and self.tokens[begin - 1].low not in FINITE
            and self.tokens[begin - 1].low != ";"
        ):
            begin -= 1
        until, self.until = self.until, verb
        SenderList(self, [], None).read(begin)
        self.until = until
        return bool(self.found)

    def _list_start(self) -> int | None:
        """Where the list begins that says where the experts come from."""
        at, seen_verb = self.head + 1, False
        while at < self.until and at - self.head < 14:
            token = self.tokens[at]
            if token.low == "from" or (token.low in ("of", "representing") and at == self.head + 1):
                return at + 1
            if token.low == ":" or (token.low == "(" and at == self.head + 1):
                return at + 1
            if token.low == "by" and seen_verb and self.tokens[at - 1].low in _SENT:
                return at + 1
            if (
                token.low in _SENT
                or token.low in BE
                or token.low in ("came", "come", "has", "have", "will", "seconded")
            ):
                seen_verb = True
            elif token.low in ("who", "that") and (verb := self._verb_behind(at)):
                self.deploys, seen_verb, at = True, True, verb
            elif token.low in (";", "who", "which") or (token.low in FINITE and token.low != "deployed"):
                return None
            at += 1
        return None

    def _verb_behind(self, at: int) -> int | None:
        """Behind a relative clause, the verb that tells an origin: `who delivered the exercises came from`."""
        ends = min(self.until, at + 16)
        return next((place for place in range(at, ends) if self.tokens[place].low in ("came", "come", *_SENT)), None)

    def settle(self, senders: list[Sender], hint: str | None) -> None:
        for sender in senders:
            sender.type = sender.type or hint
        self.found += senders

    def _drop_groups(self) -> None:
        """`Experts from EU Member States (Italy, Spain)`: those are the states, and the group is not one more."""
        if any(sender.country for sender in self.found):
            self.found = [s for s in self.found if s.origin not in ("EU", "European") or s.type or s.organisation]
        if not self.deploys and self._is_gathering():
            self.found = [s for s in self.found if s.country and COUNTRIES[s.country].eu_member_from]
        if not self.deploys:
            self.found = [s for s in self.found if s.country not in self.own or s.country is None]

    def share(self, count: int | None, result: Senders) -> None:
        """A number belongs to all senders together: it can be shared out where it is one for each."""
        each = any(token.low == "each" for token in self.tokens[self.head + 1 : self.head + 3])
        open_ones = [sender for sender in self.found if sender.count is None]
        if count is not None and open_ones:
            if len(self.found) == 1 or each:
                for sender in open_ones:
                    sender.count = count
            elif len(open_ones) < len(self.found):
                open_ones[0].count = count  # "two experts from Spain and one from France"
            elif count == len(self.found):
                for sender in open_ones:
                    sender.count = 1
            elif count > 1:
                result.shared_count = count
        result.found += self.found
        result.institutions += self.spans


def _read_subject(sentence: Sentence, own: Sequence[str], result: Senders) -> None:
    """Administrations that are deployed themselves: `The Dutch and Belgian national administrations were deployed`."""
    tokens = sentence.tokens
    deployed = next((at for at, token in enumerate(tokens) if token.low in _DEPLOY), len(tokens))
    head = next((at for at in range(deployed) if tokens[at].kind is Kind.ADMINISTRATION), None)
    if head is None:
        return
    phrase = ExpertPhrase(sentence, head, head, deployed, own, deploys=True)
    SenderList(phrase, [], None).read(0)
    phrase.share(None, result)
