"""From the bytes of a page, as text or HTML, to its lines with their numbers."""

import re
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from app.core.text import compose
from app.imports.drafts import Finding, Severity
from app.imports.limits import LONGEST_TAG, MAX_LINES, MAX_TAGS, refuse_beyond
from app.imports.page.language.wordsets import words
from app.imports.problems import UnreadableFile
from app.imports.readers.decoding import decode, lines_of

# What no reader sees and no record may hold: control characters, joiners, soft hyphens and byte order marks.
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2060\ufeff]")
_HTML: Final = re.compile(
    r"<!doctype\s+html|<(?:html|body|head|div|p|h[1-6]|table|ul|section|article|main)[\s>]", re.IGNORECASE
)
_QUOTED: Final = re.compile(r"^\s{0,8}(?:>\s?){1,8}")
"""The marks of a quoted mail."""
_ANY_LABEL: Final = re.compile(r"\b(?:Objective|Summary|Duration)s?\s?:")
_SPACES: Final = re.compile(r"\s+")
_SILENT: Final = words("script style template noscript head svg math iframe object select option button nav textarea")
_BLOCKS: Final = words("p li div tr table ul ol dl dt dd h1 h2 h3 h4 h5 h6 section article header footer")
_INLINE: Final = words(
    "a abbr acronym b bdi bdo big cite code data dfn del em font i ins kbd label mark q s samp small span strike "
    "strong sub sup time tt u var wbr"
)


@dataclass(slots=True)
class Line:
    """A line of a page: one that is empty parts what stands around it."""

    number: int
    text: str


@dataclass(slots=True)
class Page:
    """The lines of a page, and what was met on the way to them."""

    lines: list[Line]
    problems: list[Finding]
    is_html: bool
    ends_with_break: bool
    """Whether the last line is complete as far as one can tell."""


def read_lines(content: bytes, hint: str = "") -> Page:
    """The lines of a page; `hint` is a media type or a file name, where they are known.

    Raises UnreadableFile for what is empty, no text, or cut off.
    """
    if not content.strip():
        raise UnreadableFile("The file is empty.")
    _refuse_half_a_character(content)
    text, problems = decode(content)
    text = _twice_decoded(text, problems)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    refuse_beyond(text.count("\n"), MAX_LINES, "lines")
    is_html = _is_html(text, hint)
    lines = _html_lines(text) if is_html else _text_lines(text)
    written = [line for line in lines if line.text.strip()]
    if not written:
        raise UnreadableFile("There is no text in the file.")
    if len(written) == 1 and len(_ANY_LABEL.findall(written[0].text)) > 1:
        raise UnreadableFile("The text is all on one line: save it with its line breaks, so that its parts are known.")
    return Page(lines, problems, is_html, ends_with_break=is_html or text.endswith("\n"))


def _twice_decoded(text: str, problems: list[Finding]) -> str:
    """Undoes what a program did that took UTF-8 for Windows-1252, where that leads to a readable text."""
    if "\u00e2\u20ac" not in text and "\u00c3\u00a9" not in text:
        return text
    try:
        repaired = text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text
    message = "the text was UTF-8 taken for Windows-1252 when it was saved, and was put right"
    problems.append(Finding(severity=Severity.WARNING, code="encoding", message=message, line=1))
    return repaired


def _text_lines(text: str) -> list[Line]:
    """The lines of a text; of empty ones that follow each other, one."""
    lines: list[Line] = []
    was_empty = False
    for number, line in enumerate(text.split("\n"), 1):
        is_empty = not line.strip("> \t\x0c\xa0")
        if not (is_empty and was_empty):
            lines.append(Line(number, _INVISIBLE.sub("", _QUOTED.sub("", line))))
        was_empty = is_empty
    return lines


def _refuse_half_a_character(content: bytes) -> None:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(content) - error.start < 4 and error.start > 3:
            raise UnreadableFile("The file breaks off in the middle of a character: was it loaded in full?") from None


def _is_html(text: str, hint: str) -> bool:
    hint = hint.lower()
    if "html" in hint or hint.endswith(".htm"):
        return True
    beginning = text[:20_000].lstrip("\ufeff \t\n")
    return beginning.startswith("<") and bool(_HTML.search(beginning))


def _html_lines(text: str) -> list[Line]:
    """The lines that a browser would show, each with the line of the source on which it begins."""
    lowered = text[-20_000:].lower()
    if re.search(r"<html[\s>]", text[:20_000], re.IGNORECASE) and "</html" not in lowered:
        raise UnreadableFile("The HTML breaks off before its end, </html> is missing: was it loaded in full?")
    refuse_beyond(max(text.count("<"), text.count(">")), MAX_TAGS, "tags")
    refuse_beyond(max(map(len, text.split(">"))), LONGEST_TAG, "characters without a tag")
    lines = _Lines()
    options: dict[str, Any] = {"target": lines, "recover": True, "huge_tree": True, "encoding": "utf-8"}
    parser: Any = etree.HTMLParser(**options)
    for line in lines_of(text):
        parser.feed(line.encode("utf-8", "replace"))
        lines.number += 1
    found: list[Line] = parser.close()
    return found


class _Lines:
    """Gathers the text of a page line by line, from a parser that is fed line by line and reports what it meets: a
    tree would take forty times as much memory as the page."""

    def __init__(self) -> None:
        self.number = 1
        """The line that the parser is given."""
        self._lines: list[Line] = []
        self._parts: list[str] = []
        self._begins = 1
        self._silent = 0
        self._run: list[str] = []
        self._run_ends = 1

    def start(self, tag: str, _attributes: Any) -> None:
        """A tag opens."""
        self._tag(tag)
        self._silent += tag in _SILENT

    def end(self, tag: str) -> None:
        """A tag is closed, or an open one ends without having been closed."""
        self._tag(tag)
        self._silent -= tag in _SILENT

    def data(self, text: str) -> None:
        """A part of the text before the next tag, given when the line of that tag is."""
        self._run.append(text)
        self._run_ends = self.number

    def comment(self, _text: str) -> None:
        """A comment."""
        self._end_run()

    def close(self) -> list[Line]:
        """The lines of the page."""
        self._end_run()
        self._break_line()
        return self._lines

    def _tag(self, tag: str) -> None:
        self._end_run()
        if tag not in _INLINE:
            self._break_line(is_block=tag in _BLOCKS)

    def _end_run(self) -> None:
        text = "".join(self._run)
        self._run.clear()
        if not text or self._silent:
            return
        if not "".join(self._parts[-1:]).strip():
            lead = len(text) - len(text.lstrip())
            self._begins = self._run_ends - text.count("\n", lead)
        self._parts.append(text)

    def _break_line(self, *, is_block: bool = False) -> None:
        """Ends the line that is being read; a block is parted from what follows."""
        text = compose(_SPACES.sub(" ", _INVISIBLE.sub("", "".join(self._parts))).strip())
        self._parts.clear()
        if text:
            self._lines.append(Line(self._begins, text))
        if is_block and self._lines and self._lines[-1].text:
            self._lines.append(Line(self.number, ""))
