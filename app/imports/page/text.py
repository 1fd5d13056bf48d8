"""From the bytes of a page, as text or HTML, to its lines with their numbers."""

import re
import warnings
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.imports.drafts import Finding, Severity
from app.imports.page.language.wordsets import words
from app.imports.problems import UnreadableFile
from app.imports.readers.decoding import decode

# What no reader sees and no record may hold: control characters, joiners, soft hyphens and byte order marks.
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2060\ufeff]")
_HTML: Final = re.compile(
    r"<!doctype\s+html|<(?:html|body|head|div|p|h[1-6]|table|ul|section|article|main)[\s>]", re.IGNORECASE
)
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
    is_html = _is_html(text, hint)
    lines = _html_lines(text) if is_html else _text_lines(text)
    if not any(line.text.strip() for line in lines):
        raise UnreadableFile("There is no text in the file.")
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
        is_empty = not line or line.isspace()
        if not (is_empty and was_empty):
            lines.append(Line(number, _INVISIBLE.sub("", line)))
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
    parser = etree.HTMLParser(recover=True, huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    if root is None:
        raise UnreadableFile("There is no text in the HTML.")
    return _Lines().of(root)


class _Lines:
    """Gathers the text of a tree line by line. The tree is walked and not descended, so that its depth can't matter."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.parts: list[str] = []
        self.number = 1
        self.begins = 1
        self.silent = 0

    def of(self, root: etree._Element) -> list[Line]:
        """The lines of an element."""
        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "start":
                self.number = max(self.number, element.sourceline or 1)
                if tag not in _INLINE:
                    self.break_line(is_block=tag in _BLOCKS)
                self.silent += tag in _SILENT
                self.add(element.text)
            else:
                self.silent -= tag in _SILENT
                if tag not in _INLINE:
                    self.break_line(is_block=tag in _BLOCKS)
                self.add(element.tail)
        self.break_line()
        return self.lines

    def add(self, text: str | None) -> None:
        """More of the line that is being read."""
        if not text or self.silent:
            return
        if not "".join(self.parts[-1:]).strip():
            lead = len(text) - len(text.lstrip())
            self.begins = self.number + text.count("\n", 0, lead)
        self.number += text.count("\n")
        self.parts.append(text)

    def break_line(self, *, is_block: bool = False) -> None:
        """Ends the line that is being read; a block is parted from what follows."""
        text = _SPACES.sub(" ", _INVISIBLE.sub("", "".join(self.parts))).strip()
        self.parts.clear()
        if text:
            self.lines.append(Line(self.begins, text))
        if is_block and self.lines and self.lines[-1].text:
            self.lines.append(Line(self.number, ""))
