"""Finds the parts of a page: its region, its actions with their labelled fields, and its downloads."""

import re
from collections import Counter
from dataclasses import dataclass, field
from sys import intern
from typing import Final

from app.imports.limits import MAX_RECORDS, refuse_beyond
from app.imports.page.duration import is_duration
from app.imports.page.language.lexicon import Kind, page_lexicon, rows
from app.imports.page.language.words import FINITE
from app.imports.page.text import Line
from app.reference.vocabularies import Region

_BULLET: Final = re.compile(
    r"^\s*(?:[*#>\u2022\u00b7\u25aa\u25e6\u25cf\u2023\u2013\u2014-]+\s*|\(?\d{1,3}[.):]\s*|\d{1,3}\s+(?=[A-Z])|\(?[a-z][.)]\s+)"
)
_LABELS: Final = {row["label"]: row["field"] for row in rows("labels.csv")}
"""The field that a label begins. `results` go on with the summary, `other` is said elsewhere, too, and not read."""
_LABEL: Final = re.compile(
    r"^[\s*_#\u2022\u00b7-]{0,8}"
    rf"(?P<label>{'|'.join(sorted(map(re.escape, _LABELS), key=len, reverse=True))}|"
    r"(?P<numbered>activity|activité|actividad)\s\d{1,2}(?:\.\d{1,2}){0,2})"
    r"[\s*_]{0,4}(?P<sign>[:\uff1a]|[\u2013\u2014-]\s)?[\s*_]{0,4}(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_LOOKS_LABELLED: Final = re.compile(
    r"^[\s*_#]{0,8}(?P<label>[^\W\d_]{2,20}(?: [a-z]{2,20}){0,4})[\s*_]{0,4}:[\s*_]{0,4}(?=\S)"
)
"""What has the form of a label, `Contact person: ...`."""
_WITHIN: Final = re.compile(r"(?<=[.!?\")\u201d])\s+(?=\*{0,2}(?:Objectives?|Summary|Duration)\s?\*{0,2}\s?:)")
_DOWNLOADS: Final = re.compile(r"^\W*(?:downloads?|publications?|documents?)\W*$", re.IGNORECASE)
_FOOTER: Final = re.compile(
    r"^\W*(?:this (?:project|programme|action) is (?:co-?)?(?:funded|financed)|funded by the|"
    r"copyright|\u00a9|all rights|"
    r"back to top)",
    re.IGNORECASE,
)
_REGIONS: Final = {
    "asia": Region.ASIA,
    "asia and the pacific": Region.ASIA,
    "asia pacific": Region.ASIA,
    "central asia": Region.ASIA,
    "south east asia": Region.ASIA,
    "eastern europe": Region.EASTERN_EUROPE,
    "eastern europe and central asia": Region.EASTERN_EUROPE,
    "eastern neighbourhood": Region.EASTERN_EUROPE,
    "eastern partnership": Region.EASTERN_EUROPE,
    "south eastern europe": Region.EASTERN_EUROPE,
    "latin america": Region.LATIN_AMERICA,
    "latin america and caribbean": Region.LATIN_AMERICA,
    "latin america and the caribbean": Region.LATIN_AMERICA,
    "latin america caribbean": Region.LATIN_AMERICA,
    "lac": Region.LATIN_AMERICA,
    "middle east and north africa": Region.MIDDLE_EAST_NORTH_AFRICA,
    "middle east and northern africa": Region.MIDDLE_EAST_NORTH_AFRICA,
    "middle east north africa": Region.MIDDLE_EAST_NORTH_AFRICA,
    "north africa and the middle east": Region.MIDDLE_EAST_NORTH_AFRICA,
    "north africa and middle east": Region.MIDDLE_EAST_NORTH_AFRICA,
    "mena": Region.MIDDLE_EAST_NORTH_AFRICA,
    "southern neighbourhood": Region.MIDDLE_EAST_NORTH_AFRICA,
    "southern mediterranean": Region.MIDDLE_EAST_NORTH_AFRICA,
    "sub saharan africa": Region.SUB_SAHARAN_AFRICA,
    "subsaharan africa": Region.SUB_SAHARAN_AFRICA,
    "africa": Region.SUB_SAHARAN_AFRICA,
}
"""Headings as pages have them, with words alone."""

LONGEST_TITLE: Final = 300
_LONGEST_HEADING: Final = 120
_OPENING: Final = ("objective", "summary", "duration")
"""The fields that every action has once."""
_IN_FULL: Final = ("experts", "authority", "results", "unknown")
"""What is read together with its label, which says what it is."""


@dataclass(slots=True)
class Paragraph:
    """A paragraph: the line on which it begins, and its lines."""

    line: int
    lines: list[str]

    @property
    def text(self) -> str:
        """The paragraph, its lines kept apart as in the page."""
        return "\n".join(self.lines)


@dataclass(slots=True)
class Block:
    """An action as the page lays it out."""

    title: str | None
    line: int
    region: Region | None
    fields: dict[str, list[Paragraph]] = field(default_factory=dict)
    labels: str = ";"
    """The labels of its fields, as they are written: one text, which most actions of a page share."""


@dataclass(slots=True)
class Layout:
    """The parts of a page."""

    blocks: list[Block] = field(default_factory=list)
    downloads: list[Line] = field(default_factory=list)
    passed_over: list[Line] = field(default_factory=list)
    """Lines that belong to no action."""
    is_inferred: bool = False
    """Whether the page has no labels, and was parted by its titles and durations."""
    ends_in: str | None = None
    """The field, or `title`, in which the page ends; None when it ends with something complete."""


def region_of(heading: str) -> Region | None:
    """The facility's region that a heading names."""
    if len(heading) > _LONGEST_HEADING:
        return None
    words = re.findall(r"[a-z]+", heading.lower())
    while words and words[0] in ("mieux", "in", "region", "regional", "page", "actions", "activities", "the", "our"):
        words.pop(0)
    while words and words[-1] in ("region", "mena", "lac", "mieux", "actions", "page", "countries") and len(words) > 1:
        words.pop()
    while words and " ".join(words) not in _REGIONS and "and" in words:
        words = words[: len(words) - 1 - words[::-1].index("and")]  # "South-Eastern Europe and Turkey"
    return _REGIONS.get(" ".join(words))


def lay_out(lines: list[Line]) -> Layout:
    """The parts of a page's lines."""
    return _Reader(_split(lines)).read()


def _split(lines: list[Line]) -> list[Line]:
    """Lines in which a label stands after a sentence are two."""
    return [Line(line.number, part) for line in lines for part in _WITHIN.split(line.text)]


@dataclass(slots=True)
class _Label:
    name: str
    rest: str
    written: str
    """As it is written, in lower case."""


def label_of(text: str) -> _Label | None:
    """The label with which a line begins, and what follows it."""
    if len(text) > 20_000 * 2:
        return None
    match = _LABEL.match(text)
    if match is None:
        return None
    rest, written = match["rest"].strip().strip("*_").strip(), intern(match["label"].lower())
    name = "activity" if match["numbered"] else _LABELS[written]
    if not match["sign"] and rest and not (written == "duration" and _LOOKS_DATED.match(rest)):
        return None
    return _Label(name, rest, written)


_LOOKS_DATED: Final = re.compile(r"\d{1,4}\b|[A-Z][a-z]{2,8}\.? \d{4}")


class _Reader:
    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.layout = Layout()
        self.labels = [label_of(line.text) for line in lines]
        self._add_unknown_labels()
        if not any(label and label.name in _OPENING for label in self.labels):
            self._infer_labels()
        self.region: Region | None = None
        self.field: str | None = None
        self.was_blank = True
        self.following = self._following_labels()

    def _add_unknown_labels(self) -> None:
        """A label that no list has stands right under another line, or recurs on the page; it names no place."""
        often = Counter(match["label"] for line in self.lines if (match := _LOOKS_LABELLED.match(line.text)))
        for at, line in enumerate(self.lines):
            if self.labels[at] or not (match := _LOOKS_LABELLED.match(line.text)) or names_place(match["label"]):
                continue
            written = match["label"].lower()
            follows = at > 0 and bool(self.labels[at - 1])
            if (follows or often[match["label"]] > 1) and FINITE.isdisjoint(written.split()):
                self.labels[at] = _Label("unknown", line.text[match.end() :].strip(), written)

    def _infer_labels(self) -> None:
        """Without any label, what stands under a title is the summary, and a line of dates alone the duration."""
        titled, titles = False, 0
        for at, line in enumerate(self.lines):
            text = line.text.strip()
            if is_duration(text):
                self.labels[at] = _Label("duration", text, "duration")
            elif names_place(text) and ":" in text[:100] and len(text) <= LONGEST_TITLE and not text.endswith("."):
                titled, titles = True, titles + 1
            elif text and titled and self.labels[at] is None:
                self.labels[at] = _Label("summary", text, "summary")
                titled = False
        if not titles or not any(label and label.name == "duration" for label in self.labels):
            self.labels = [None] * len(self.lines)
        self.layout.is_inferred = any(self.labels)

    def _following_labels(self) -> list[str | None]:
        """For each line, the label that the next non-empty line begins with."""
        found: list[str | None] = [None] * len(self.lines)
        coming: str | None = None
        for at in range(len(self.lines) - 1, -1, -1):
            found[at] = coming
            label = self.labels[at]
            if label:
                coming = label.name
            elif self.lines[at].text.strip():
                coming = None
        return found

    @property
    def block(self) -> Block | None:
        return self.layout.blocks[-1] if self.layout.blocks else None

    def read(self) -> Layout:
        at = 0
        while at < len(self.lines):
            at = self._read_line(at)
        self.layout.ends_in = self._end()
        return self.layout

    def _end(self) -> str | None:
        last = next((line for line in reversed(self.lines) if line.text.strip()), None)
        if last is None or not self.layout.blocks or self.field is None:
            return None
        return self.field

    def _read_line(self, at: int) -> int:
        line, label = self.lines[at], self.labels[at]
        text = line.text.strip()
        if not text:
            self.was_blank = True
            return at + 1
        if label:
            self._begin_field(line, label)
        elif self.field == "downloads":
            if _FOOTER.match(text):
                self.field = None
            else:
                self.layout.downloads.append(line)
        elif _DOWNLOADS.match(text) and self.following[at] is None:
            self.field = "downloads"
        elif self.field in (None, "duration") and self._is_region(at):
            self.region, self.field = region_of(text), None
        elif size := self._title_size(at):
            return self._begin_action(at, size)
        elif _FOOTER.match(text):
            self.field = None
        elif self.block and self.field:
            self._continue_field(line)
        else:
            self.layout.passed_over.append(line)
        self.was_blank = False
        return at + 1

    def _is_region(self, at: int) -> bool:
        return region_of(self.lines[at].text) is not None and self.following[at] is None

    def _begin_field(self, line: Line, label: _Label) -> None:
        block = self.block
        is_part = label.name not in _OPENING
        if block is None or (
            not is_part and f";{label.written};" in block.labels and self._opens_another(block, label.name)
        ):
            block = self._open(Block(None, line.number, self.region))
        block.labels = intern(f"{block.labels}{label.written};")
        self.field = "summary" if label.name in ("results", "activity") else label.name
        paragraphs = block.fields.setdefault(self.field, [])
        if label.name in _IN_FULL:
            paragraphs.append(Paragraph(line.number, [line.text.strip().strip("*_#> ")]))
        elif label.rest:
            paragraphs.append(Paragraph(line.number, [label.rest]))

    def _open(self, block: Block) -> Block:
        self.layout.blocks.append(block)
        refuse_beyond(len(self.layout.blocks), MAX_RECORDS, "actions")
        return block

    def _opens_another(self, block: Block, name: str) -> bool:
        """A second objective belongs to another action, whose title is missing, unless the first one was empty."""
        return bool(block.fields[name]) and (name != "summary" or "duration" in block.fields)

    def _continue_field(self, line: Line) -> None:
        block = self.block
        assert block is not None
        name = self.field
        assert name is not None
        if name == "duration" and block.fields.get(name):
            name = "summary"  # a paragraph after the dates
        paragraphs = block.fields.setdefault(name, [])
        if paragraphs and not self.was_blank and not _BULLET.match(line.text):
            paragraphs[-1].lines.append(line.text.strip())
        else:
            paragraphs.append(Paragraph(line.number, [line.text.strip()]))

    # -- titles --

    def _title_size(self, at: int) -> int:
        """How many lines the title is long that begins here; 0 for none."""
        following = self.following[at]
        if following and self._may_precede(at, following):
            return 1
        # A title that runs over two or three lines.
        for size in (2, 3):
            last = at + size - 1
            if last >= len(self.lines) or not self.lines[last].text.strip() or self.labels[last]:
                return self._bare_title(at)
            following = self.following[last]
            asked = last if following in _OPENING else at
            if following and names_place(self.lines[at].text) and self._may_precede(asked, following):
                starts = [names_place(self.lines[k].text) for k in range(at + 1, last + 1)]
                return self._bare_title(at) if any(starts) else size
        return self._bare_title(at)

    def _bare_title(self, at: int) -> int:
        """A title without any label after it, recognised by its words where an action is complete."""
        text = strip_bullet(self.lines[at].text)
        complete = self.block is not None and "duration" in self.block.fields and self.field == "duration"
        if not complete or not self.block or not self.block.fields["duration"] or len(text) > LONGEST_TITLE:
            return 0
        return int(names_place(text) and ":" in text and not text.endswith("."))

    def _may_precede(self, at: int, label: str) -> bool:
        """Whether the line can be the title of the fields that follow it, rather than the end of those before it."""
        text = strip_bullet(self.lines[at].text)
        block = self.block
        if len(text) > LONGEST_TITLE * 2:
            return False
        if self.field is None or block is None:
            return True
        is_sentence, is_placed = text.endswith((".", "!", "?")), names_place(text)
        if is_sentence and not is_placed:
            return False
        if label == "objective":
            return self.field != "objective" or bool(block.fields.get("objective"))
        if label in _OPENING and label in block.fields:
            return is_placed or not is_sentence
        is_titled = is_placed and ":" in text and not text.endswith(".")
        return is_titled and (label not in _OPENING or "duration" in block.fields)

    def _begin_action(self, at: int, size: int) -> int:
        parts = [strip_bullet(self.lines[at].text)] + [self.lines[k].text.strip() for k in range(at + 1, at + size)]
        title = re.sub(r"\s+", " ", " ".join(parts)).strip("*_ ")
        self._open(Block(title, self.lines[at].number, self.region))
        self.field = "summary"
        self.was_blank = True
        return at + size


def strip_bullet(text: str) -> str:
    """A title without the bullet or the number before it."""
    stripped = text.strip()
    match = _BULLET.match(stripped)
    return stripped[match.end() :].strip() if match else stripped


def names_place(text: str) -> bool:
    """Whether a line begins with a country or a group of countries, as titles do."""
    tokens = page_lexicon().tokens(strip_bullet(text)[:120])
    while tokens and tokens[0].low in ("the", "regional", "republic", "of", "state", "kingdom"):
        tokens.pop(0)
    return bool(tokens) and tokens[0].kind in (Kind.COUNTRY, Kind.GROUP)
