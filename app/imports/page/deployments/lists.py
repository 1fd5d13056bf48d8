"""Reads the list that says where experts come from: `the Dutch and Danish national administrations, Frontex ...`."""

from typing import TYPE_CHECKING, Final

from app.imports.page.deployments.models import Sender
from app.imports.page.language.lexicon import Kind, Token
from app.imports.page.language.words import FINITE, number_of
from app.imports.page.language.wordsets import words
from app.imports.page.partners import institution_at

if TYPE_CHECKING:
    from app.imports.page.deployments.finding import ExpertPhrase

NATIONAL: Final = "national-administration"
ORIGINS: Final = (Kind.COUNTRY, Kind.NATIONALITY, Kind.GROUP)
_FROM: Final = words("from of representing at by within")
JOINTS: Final = words(", and & / as well or")
_END_OF_LIST: Final = words(
    "in on during for to with who which that whom ; : within under while when where whose specialised specialized "
    "into after before at through"
)


_INTERNATIONAL: Final = ("international-organisation", "eu-body")
"""What has no country, and is no part of one: `Spain and the Pan American Health Organization`."""


class SenderList:
    """The list after `from`: `the Dutch and Danish national administrations, Frontex and two universities`."""

    def __init__(self, phrase: "ExpertPhrase", leading: list[Sender], hint: str | None) -> None:
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
            if token.kind in ORIGINS and not self._is_swallowed(at):
                self._add_origin(at)
                unknown = 0
            elif token.kind in (Kind.INSTITUTION, Kind.BODY) and (after := self._add_institution(at)):
                at, unknown = after, 0
                continue
            elif token.kind is Kind.ADMINISTRATION or token.low == "academia":
                at, unknown = self._add_type(at), 0
                continue
            elif after := self._add_proper_name(at):
                at, unknown = after, 0
                continue
            elif token.low == "another" or token.kind is Kind.PERSON:
                self._add_person(at)
            elif token.low == "from" and self.tokens[at - 1].low in JOINTS:
                self.carried = self.carried_name = None  # "of the administrations of Italy and Spain, and from Africa"
            elif number := number_of(token):
                if at + 1 < until and self.tokens[at + 1].kind is not Kind.GROUP:
                    self._add_number(at, number)
            elif (token.low in _END_OF_LIST and not self._goes_on(at)) or token.low in FINITE:
                break
            elif token.kind is Kind.WORD and token.low not in JOINTS and token.low not in _FROM:
                unknown += 1
                if unknown > 6:
                    break
            at += 1
        self._close()

    def _add_person(self, at: int) -> None:
        """`A representative of the IOM`, `a Finnish inspector, two officials of the Irish administration`."""
        token, before = self.tokens[at], self.tokens[max(0, at - 2) : at]
        if token.low == "another" or (not token.is_plural and before[-1].low in ("a", "an", "one")):
            self.number = 1
        elif self.pending and any(other.kind is Kind.NATIONALITY for other in before):
            if not token.is_plural:
                self.pending[-1].count = self.pending[-1].count or 1
            self._flush()

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
        while ahead < len(self.tokens) and (
            self.tokens[ahead].low in ("'", "s", "countries", "states", "member", ",")
            or self.tokens[ahead].kind is Kind.ADMINISTRATION
        ):
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
        sender.type = self.carried if token.kind is not Kind.NATIONALITY else None
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
        else:
            self._flush()
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
        return self.tokens[place].kind not in ORIGINS and not any(
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

    def _add_institution(self, at: int) -> int | None:  # noqa: PLR0912 - each branch is one wording
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
        beside = self.tokens[found.first - 1].kind in (Kind.NATIONALITY, Kind.COUNTRY)
        is_theirs = value not in _INTERNATIONAL and (beside or any(s.country in named for s in taken[-1:]))
        if taken and is_theirs and not group and not found_is_body(self.tokens[at]):
            for sender in taken:
                sender.type = value
                sender.organisation = found.name if len(taken) == 1 else None
            self._flush()
        else:
            if inside and self.pending and self.pending[-1].country == inside[-1].value and not self.pending[-1].type:
                self.pending.pop()  # "the Danish Red Cross": the nationality is a part of the name
            for sender in self.pending:
                sender.type = sender.type or self.hint
            self._flush()
            country = self._country(found.country, inside) if value not in _INTERNATIONAL else None
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
            if any(s.type == bare.type and s is not bare and (s.country or s.organisation) for s in self.phrase.found):
                self.phrase.found.remove(bare)


def found_is_body(token: Token) -> bool:
    """Whether the organisation is known by its name, and so has no country of its own."""
    return token.kind is Kind.BODY
