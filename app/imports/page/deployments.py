"""Finds who sent experts: nationality adjectives, countries, groups and organisations around the word for them.

A host or a venue sends nobody: only what stands with experts, or with the verb `deploy`, is read. An expert's words are
read outwards from the noun: what stands before it (`two Dutch`), and what follows after `from` or `of`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.imports.page.lexicon import Kind, Token
from app.imports.page.partners import institution_at
from app.imports.page.sentences import Sentence
from app.imports.page.words import BE, FINITE, number_of
from app.imports.page.wordsets import words
from app.reference.countries import COUNTRIES

NATIONAL: Final = "national-administration"
_DEPLOY: Final = words("deployed deploy deploys deploying seconded dispatched mobilised mobilized")
_SENT: Final = _DEPLOY | {"sent", "provided", "contributed"}
_ORIGINS: Final = (Kind.COUNTRY, Kind.NATIONALITY, Kind.GROUP)
_FROM: Final = words("from of representing at by within")
_JOINTS: Final = words(", and & / as well or")
_MODIFIERS: Final = words(
    "mieux senior legal migration independent private government governmental international national short term "
    "expert key technical several various different experienced professional public member state states ms based "
    "academic ngo university - relevant other more additional high level civil society joint"
)

_BENEFIT: Final = words(
    "met meet meeting for attended targeting targeted addressed among between training train trained"
)
_END_OF_LIST: Final = words(
    "in on during for to with who which that whom ; : within under while when where whose specialised specialized "
    "into after before at through"
)


@dataclass(slots=True)
class Sender:
    """Experts of one origin and kind."""

    at: int
    """The place of the word for them in the sentence."""
    country: str | None = None
    origin: str | None = None
    type: str | None = None
    organisation: str | None = None
    count: int | None = None


@dataclass(slots=True)
class Senders:
    """The senders that a sentence names, and the number of experts that it gives for several of them together."""

    found: list[Sender] = field(default_factory=list)
    shared_count: int | None = None
    institutions: list[tuple[int, int]] = field(default_factory=list)
    """Where the names of sending organisations stand, which are no partners."""


def find_senders(sentence: Sentence, own: Sequence[str]) -> Senders:
    """Who sent experts, by a sentence. `own` are the partner countries, whose experts take part as a rule."""
    tokens = sentence.tokens
    result = Senders()
    deploys = not sentence.words.isdisjoint(_DEPLOY)
    if not deploys and Kind.EXPERT not in sentence.kinds and Kind.PERSON not in sentence.kinds:
        return result
    heads = [at for at, token in enumerate(tokens) if token.kind is Kind.EXPERT or _acts_as_expert(tokens, at, own)]
    if deploys:
        heads = sorted({*heads, *_other_heads(tokens)})
    bounds = [_phrase_start(tokens, head) for head in heads]
    for index, head in enumerate(heads):
        until = bounds[index + 1] if index + 1 < len(heads) else len(tokens)
        reading = _Phrase(sentence, head, bounds[index], max(until, head + 1), own, deploys=deploys)
        reading.read(result)
    if deploys and not result.found:
        _read_subject(sentence, own, result)
    return result


def _acts_as_expert(tokens: list[Token], at: int, own: Sequence[str]) -> bool:
    """A person of another country who does something for the action: `led by a French magistrate`."""
    if tokens[at].kind is not Kind.PERSON or tokens[at - 1].kind is not Kind.NATIONALITY or tokens[at - 1].value in own:
        return False
    before = [token.low for token in tokens[max(0, at - 12) : at]]
    if any(token.low in _DEPLOY for token in tokens):
        return True
    if "by" not in before:
        return False
    agent = before[before.index("by") - 1] if before.index("by") else ""
    return agent not in ("attended", "followed", "visited", "joined", "accompanied")


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
        if before.kind in _ORIGINS or before.kind is Kind.BODY or before.low in _MODIFIERS:
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
        elif before.low in _JOINTS and at > 1 and _leads_to_origin(tokens, at - 2) and tokens[at].kind in _ORIGINS:
            at -= 1
        else:
            break
    return at


def _leads_to_origin(tokens: list[Token], at: int) -> bool:
    """Whether the joint after this token joins two nationalities, and not a country with what follows it."""
    while at > 0 and tokens[at].low in (",", "and", "as", "well"):
        at -= 1
    return tokens[at].kind in (Kind.NATIONALITY, Kind.GROUP)


class _Phrase:
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
        if tokens[self.start].low == "no" or self._is_beneficiary():
            return
        before = tokens[self.start : self.head]
        count = next((number for token in before if (number := number_of(token))), None)
        if count is None and not head.is_plural and head.low != "academia":
            count = 1 if any(token.low in ("a", "an") for token in before) or head.kind is Kind.EXPERT else None
        hint = head.value or self._hint(before)
        leading = self._leading(before)
        if len(leading) > 1 and all(sender.count for sender in leading):
            count = None
        elif any(sender.count for sender in leading):
            for sender in leading:
                sender.count = None
        bodies = [at for at in range(self.start, self.head) if tokens[at].kind is Kind.BODY]
        for at in bodies:
            name = self.sentence.text[tokens[at].start : tokens[at].end]
            leading.append(Sender(self.head, type=tokens[at].value, organisation=name))
        if not leading and self._read_subject():
            self.share(count, result)
            return
        following = self._list_start()
        if following is not None:
            _List(self, leading, hint).read(following)
        else:
            self.settle(leading, hint)
        self._drop_groups()
        if not self.found and hint and (self.deploys or head.value) and self._acts():
            self.found.append(Sender(self.head, type=hint))
        self.share(count, result)

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
            if token.kind in _ORIGINS:
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
            return Sender(self.head, origin=token.value if token.is_plural else written)
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
        _List(self, [], None).read(begin)
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
            if token.low in _SENT or token.low in BE or token.low in ("came", "come", "has", "have", "seconded"):
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


class _List:
    """The list after `from`: `the Dutch and Danish national administrations, Frontex and two universities`."""

    def __init__(self, phrase: _Phrase, leading: list[Sender], hint: str | None) -> None:
        self.phrase, self.tokens = phrase, phrase.tokens
        self.leading, self.hint = leading, hint
        self.pending: list[Sender] = []
        self.carried: str | None = None
        self.carried_name: str | None = None
        self.number: int | None = None
        self.named = False

    def read(self, at: int) -> None:
        """Reads the list that begins at a place."""
        until, unknown = self.phrase.until, 0
        while at < until:
            token = self.tokens[at]
            if token.kind in _ORIGINS and not self._is_swallowed(at):
                self._add_origin(at)
                unknown = 0
            elif token.kind in (Kind.INSTITUTION, Kind.BODY) and (after := self._add_institution(at)):
                at, unknown = after, 0
                continue
            elif token.kind is Kind.ADMINISTRATION:
                at, unknown = self._add_type(at), 0
                continue
            elif after := self._add_proper_name(at):
                at, unknown = after, 0
                continue
            elif token.low == "another":
                self.number = 1
            elif number := number_of(token):
                if at + 1 < until and self.tokens[at + 1].kind is not Kind.GROUP:
                    self._add_number(at, number)
            elif (token.low in _END_OF_LIST and not self._goes_on(at)) or token.low in FINITE:
                break
            elif token.kind is Kind.WORD and token.low not in _JOINTS and token.low not in _FROM:
                unknown += 1
                if unknown > 6:
                    break
            at += 1
        self._close()

    def _goes_on(self, at: int) -> bool:
        """`along with`, `together with`, `in Portugal`: the list isn't over yet."""
        low, before = self.tokens[at].low, self.tokens[at - 1].low
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        if low == "with":
            return before in ("along", "together")
        if low == "at" and following is not None:
            return following.low == "the"
        return low in ("in", "within") and self.named and following is not None and following.kind is Kind.COUNTRY

    def _is_swallowed(self, at: int) -> bool:
        """Whether the group's members follow: `EU Member States (Italy ...)`, `EU countries such as Italy`."""
        if self.tokens[at].kind is not Kind.GROUP:
            return False
        ahead = at + 1
        while ahead < len(self.tokens) and self.tokens[ahead].low in ("'", "s", "countries", "states", "member", ","):
            ahead += 1
        return ahead < len(self.tokens) and self.tokens[ahead].low in ("(", "such", "namely", "including", ":")

    def _add_origin(self, at: int) -> None:
        token = self.tokens[at]
        sender = self.phrase.origin_of(token)
        sender.count, self.number = self.number, None
        last = self.phrase.found[-1] if self.phrase.found else None
        inside = self.tokens[at - 1].low in ("in", "(", "of")
        if (
            inside
            and self.named
            and last
            and last.organisation
            and not (last.country or last.origin)
            and sender.country
        ):
            last.country = sender.country  # "the University of Coimbra in Portugal", "La Strada (Moldova)"
            self.named = False
            return
        sender.type = self.carried if token.kind is Kind.COUNTRY or self.carried else None
        sender.organisation = self.carried_name if sender.type else None
        self.pending.append(sender)

    def _add_number(self, at: int, number: int) -> None:
        """`two from Spain`, or `Spain (2)`."""
        in_brackets = self.tokens[at - 1].low == "(" and at + 1 < len(self.tokens) and self.tokens[at + 1].low == ")"
        if in_brackets and self.pending:
            self.pending[-1].count = number
        else:
            self.number = number

    def _add_type(self, at: int) -> int:
        """`national administrations` tells the type of the nationalities before it, or else of the countries after."""
        token, after = self.tokens[at], at + 1
        if token.value == "ngo" and (name := self._proper(after)):
            self.pending, taken = [], [s for s in self.pending if s.country][:1]
            organisation = self.phrase.sentence.text[self.tokens[after].start : self.tokens[name - 1].end]
            country = taken[0].country if taken else None
            self.phrase.found.append(Sender(self.phrase.head, country, None, "ngo", organisation, self.number))
            self.phrase.spans.append((after, name))
            self.number, self.named, self.leading = None, True, []
            return name
        untyped = [sender for sender in self.pending if sender.type is None]
        if untyped and self._begins_anew(at):
            for sender in untyped:
                sender.type = self.hint
            self._flush()
            untyped = []
        if untyped:
            name = self._proper(after) if len(untyped) == 1 and not token.is_plural else 0
            for sender in untyped:
                sender.type = token.value
                if name:
                    sender.organisation = self.phrase.sentence.text[
                        self.tokens[after].start : self.tokens[name - 1].end
                    ]
            self._flush()
            after = name or after
        elif not self.pending:
            if self.leading:
                for sender in self.leading:
                    sender.type = token.value
                self.phrase.found += self.leading
                self.leading = []
            else:
                self.carried, self.carried_name = token.value, None
                if token.value != NATIONAL:
                    self.phrase.found.append(Sender(self.phrase.head, type=token.value))
        self.named = False
        return after

    def _begins_anew(self, at: int) -> bool:
        """Whether it is no attribute of the countries before it: `from Italy and Spain, universities and NGOs`."""
        place = at - 1
        while self.tokens[place].low in (
            "national",
            "public",
            "relevant",
            "'",
            "s",
            "respective",
            ")",
            "-",
            "state",
            "own",
        ):
            place -= 1
        return self.tokens[place].kind not in _ORIGINS and not any(
            token.kind is Kind.NATIONALITY for token in self.tokens[max(0, at - 7) : at]
        )

    def _proper(self, at: int) -> int:
        """Where the capitalised words end that begin at a place; 0 for none."""
        after = at
        while (
            after < self.phrase.until
            and self.tokens[after].is_capital
            and self.tokens[after].kind in (Kind.WORD, Kind.BODY)
        ):
            after += 1
        return after if after > at else 0

    def _add_institution(self, at: int) -> int | None:
        """A name: it belongs to the nationality before it, or tells its country itself."""
        found = institution_at(self.phrase.sentence, at, leftmost=self.phrase.head + 1)
        if found is None:
            return None
        value = found.value
        if "university" in found.name.lower():
            value = "academia"
        elif {"police", "border", "military"} & set(found.name.lower().split()):
            value = NATIONAL  # a police academy
        self.phrase.spans.append((found.first, found.after))
        taken = [s for s in self.pending if s.type is None and s.country]
        if self.tokens[found.first - 1].low == "(":
            for sender in taken[-1:]:
                sender.type, sender.organisation = value, found.name
            if taken:
                return found.after
        inside = [t for t in self.tokens[found.first : found.after] if t.kind in (Kind.COUNTRY, Kind.NATIONALITY)]
        group = self._group_before(found.first)
        named = {token.value for token in inside}
        is_theirs = any(s.country in named for s in taken[-1:]) or self.tokens[found.first - 1].kind in (
            Kind.NATIONALITY,
            Kind.COUNTRY,
        )
        if taken and is_theirs and not group and not found_is_body(self.tokens[at]):
            for sender in taken:
                sender.type, sender.organisation = value, found.name
            self._flush()
        else:
            if inside and self.pending and self.pending[-1].country == inside[-1].value and not self.pending[-1].type:
                self.pending.pop()  # "the Danish Red Cross": the nationality is a part of the name
            for sender in self.pending:
                sender.type = sender.type or self.hint
            self._flush()
            country = self._country(found.country, inside)
            origin = group.origin if group else None
            sender = Sender(self.phrase.head, country, origin, value, found.name, self.number)
            if origin and value == "national-administration":
                sender.type = "international-organisation"
            self.phrase.found.append(sender)
            if self.leading and country is None and not found_is_body(self.tokens[at]):
                sender.country = self.leading.pop(0).country
            self.leading = []
        self.number, self.named = None, True
        return self._extended(found.after, value)

    def _add_proper_name(self, at: int) -> int | None:
        """`the Dutch Royal Marechaussee`: a name without a word that tells its kind, after a nationality."""
        taken = self.pending[-1] if self.pending else None
        if taken is None or taken.type or self.tokens[at - 1].kind is not Kind.NATIONALITY:
            return None
        after = at
        while after < self.phrase.until and self.tokens[after].kind is Kind.WORD and self.tokens[after].is_capital:
            after += 1
        if after - at < 2 or (after < len(self.tokens) and self.tokens[after].kind is Kind.INSTITUTION):
            return None
        taken.type = NATIONAL
        begin = self.tokens[at - 1].start
        taken.organisation = " ".join(self.phrase.sentence.text[begin : self.tokens[after - 1].end].split())
        self.phrase.spans.append((at - 1, after))
        self._flush()
        return after

    def _extended(self, after: int, value: str) -> int:
        """The name of a task force goes on in small letters: `on migrant workers' rights`."""
        if (
            value != "international-organisation"
            or after >= len(self.tokens)
            or self.tokens[after].low not in ("on", "for")
        ):
            return after
        end = after + 1
        while (
            end < self.phrase.until
            and end - after < 8
            and self.tokens[end].low not in ("and", ",", "was", "were", ".", "as", "in", ";")
        ):
            end += 1
        sender = self.phrase.found[-1]
        if sender.organisation:
            begin = self.phrase.sentence.text.find(sender.organisation)
            tail = self.phrase.sentence.text[self.tokens[after].start : self.tokens[end - 1].end]
            sender.organisation = f"{sender.organisation} {tail}" if begin >= 0 else sender.organisation
        return end

    def _group_before(self, first: int) -> Sender | None:
        """`the ASEAN task force`: the group that stands before the name, or in it."""
        if (
            self.pending
            and self.pending[-1].origin
            and Kind.GROUP in (self.tokens[first - 1].kind, self.tokens[first].kind)
        ):
            return self.pending.pop()
        token = self.tokens[first]
        return (
            self.phrase.origin_of(token) if token.kind is Kind.GROUP and token.value not in ("EU", "European") else None
        )

    def _country(self, named: str | None, inside: list[Token]) -> str | None:
        if inside:
            return str(inside[-1].value)
        return named

    def _flush(self) -> None:
        self.phrase.found += self.pending
        self.pending = []

    def _close(self) -> None:
        for sender in self.pending:
            sender.type = sender.type or self.hint
        self._flush()
        if self.leading and not any(sender.country or sender.origin for sender in self.phrase.found):
            if self.phrase.found:
                self.phrase.found[0].country = self.leading[0].country
                self.phrase.found[0].origin = self.leading[0].origin
            else:
                self.phrase.settle(self.leading, self.hint)
        kinds = [s for s in self.phrase.found if not (s.country or s.origin or s.organisation)]
        for bare in kinds:  # "from universities in Spain": the type has found its country
            if any(s.type == bare.type and s is not bare and s.country for s in self.phrase.found):
                self.phrase.found.remove(bare)


def found_is_body(token: Token) -> bool:
    """Whether the organisation is known by its name, and so has no country of its own."""
    return token.kind is Kind.BODY


def _read_subject(sentence: Sentence, own: Sequence[str], result: Senders) -> None:
    """Administrations that are deployed themselves: `The Dutch and Belgian national administrations were deployed`."""
    tokens = sentence.tokens
    deployed = next(at for at, token in enumerate(tokens) if token.low in _DEPLOY)
    head = next((at for at in range(deployed) if tokens[at].kind is Kind.ADMINISTRATION), None)
    if head is None:
        return
    phrase = _Phrase(sentence, head, head, deployed, own, deploys=True)
    _List(phrase, [], None).read(0)
    phrase.share(None, result)
