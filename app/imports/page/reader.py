"""Reads a regional page: its actions, with what the sentences say of activities, deployments and outputs."""

from typing import Any

from app.core.text import slugify
from app.imports.drafts import ActionDraft, Finding, ParsedFile, Severity
from app.imports.page.downloads import read_downloads
from app.imports.page.duration import read_duration
from app.imports.page.language.lexicon import page_lexicon
from app.imports.page.layout import LONGEST_TITLE, Block, Paragraph, lay_out
from app.imports.page.narrative.reading import read_narrative
from app.imports.page.text import Page, read_lines
from app.imports.page.titles import REQUEST, Title, read_title
from app.imports.problems import UnreadableFile

LONGEST_FIELD = 20_000
"""Characters of an objective or a summary, as the record holds them."""


def read_page(content: bytes, hint: str = "") -> ParsedFile:
    """What a page of prose says: text or HTML, of which `hint`, a media type or a file name, may tell.

    Nothing is compared with the registry. Raises UnreadableFile for what is empty, broken, cut off or no such page.
    """
    page = read_lines(content, hint)
    layout = lay_out(page.lines)
    if not any(block.fields for block in layout.blocks):
        raise UnreadableFile(
            "There is no action in the text. A page has a title for each action, such as 'Ghana: Migration Data', and "
            "under it 'Objective:', 'Summary:' and 'Duration:'."
        )
    _refuse_cut_off(page, layout.blocks[-1], layout.ends_in)
    if layout.is_inferred:
        message = "the page has no labels such as 'Objective:', and was parted by its titles and durations"
        page.problems.append(Finding(severity=Severity.WARNING, code="no-labels", message=message, line=1))
    publications = read_downloads(layout.downloads, page.problems)
    reading = ParsedFile(format="page", problems=page.problems, publications=publications)
    if outside := layout.passed_over:
        message = f"{len(outside)} lines that belong to no action were not read, from line {outside[0].number} on"
        reading.problems.append(
            Finding(severity=Severity.NOTE, code="passed-over", message=message, line=outside[0].number,
                    quote=outside[0].text.strip()[:200])
        )  # fmt: skip
        outside.clear()
    page.lines.clear()
    has_region = any(block.region is not None for block in layout.blocks)
    chain, blocks = _Chain(), layout.blocks[::-1]
    layout.blocks.clear()
    while blocks:  # what is read is let go of, so that a large page isn't in memory twice
        reading.actions.append(_read_action(blocks.pop(), chain))
    if not has_region:
        message = "the page has no heading with a region: its actions are read without one"
        reading.problems.append(Finding(severity=Severity.NOTE, code="no-region", message=message, line=1))
    return reading


def _refuse_cut_off(page: Page, last: Block, ends_in: str | None) -> None:
    """A text that ends within a sentence of its last action, and with no end of line, wasn't loaded in full."""
    if page.ends_with_break or ends_in is None:
        return
    if ends_in == "duration":
        written = " ".join(paragraph.text for paragraph in last.fields["duration"])
        if read_duration(written[:500], page_lexicon().tokens(written[:500])).start is None:
            raise UnreadableFile(f"The text breaks off in line {page.lines[-1].number}, within the dates of an action.")
        return
    if "duration" in last.fields:
        return
    text = page.lines[-1].text.rstrip()
    if text and text[-1] not in ".!?\"')]\u201d\u2019":
        raise UnreadableFile(
            f"The text breaks off in line {page.lines[-1].number}, within the {ends_in} of the last action: "
            "was it loaded in full?"
        )


class _Chain:
    """Remembers the actions before, so that a numeral finds the action that it continues."""

    def __init__(self) -> None:
        self.slugs: set[str] = set()
        self.tried: dict[str, int] = {}
        self.lines: dict[tuple[str, str | None], int | None] = {}
        """By title and start of an action, its line."""
        self.by_countries: dict[tuple[str, ...], dict[int, str]] = {}
        """By the countries of an action, and by numerals, the last slug."""

    def slug(self, title: str) -> str:
        """A free slug, as the record makes it."""
        wanted = slugify(title, otherwise="action")
        slug, number = wanted, self.tried.get(wanted, 1)
        while slug in self.slugs:
            number += 1
            slug = f"{wanted}-{number}"
        self.tried[wanted] = number
        self.slugs.add(slug)
        return slug

    def compare(self, draft: ActionDraft) -> None:
        """Warns of an action that has the title and the start of one before: it may be described twice."""
        wanted = (draft.values["title"].casefold(), draft.values.get("start"))
        line = self.lines.setdefault(wanted, draft.line)
        if line != draft.line:
            message = f"an action of the same title and start is in line {line}: both are read, as two actions"
            draft.problems.append(
                Finding(severity=Severity.WARNING, code="described-twice", message=message, line=draft.line,
                        quote=draft.values["title"])
            )  # fmt: skip

    def earlier(self, title: Title) -> str | None:
        """The slug of the action that this one continues."""
        known = self.by_countries.get(tuple(sorted(title.countries)), {})
        before = [numeral for numeral in known if numeral < (title.numeral or 1)]
        return known[max(before)] if before and title.countries else None

    def add(self, title: Title, slug: str) -> None:
        """One more action."""
        self.by_countries.setdefault(tuple(sorted(title.countries)), {})[title.numeral or 1] = slug


def _read_action(block: Block, chain: _Chain) -> ActionDraft:
    draft = ActionDraft(values={}, line=block.line)
    if not block.title or len(block.title) > LONGEST_TITLE:
        code, message = ("no-title", "an action without a title can't be imported")
        if block.title:
            code, message = "long-title", f"a title has at most {LONGEST_TITLE} characters"
        quote = (block.title or _first_words(block))[:200]
        draft.problems.append(
            Finding(severity=Severity.ERROR, code=code, message=message, line=block.line, quote=quote)
        )
        return draft
    title = read_title(block.title)
    draft.values |= {"title": block.title, "slug": chain.slug(block.title), "countries": title.countries}
    for name in title.unread:
        message = f"no country is called '{name}' here: the action is read without it"
        draft.problems.append(
            Finding(severity=Severity.WARNING, code="unknown-country", message=message, line=block.line, quote=name)
        )
    if block.region:
        draft.values["region"] = block.region.value
    readable = [name for name in ("objective", "summary") if _read_text(draft, block, name)]
    readable += [name for name in ("experts", "authority") if name in block.fields]
    draft.problems += [_unknown_label(paragraph) for paragraph in block.fields.get("unknown", [])]
    _read_dates(draft, block)
    chain.compare(draft)
    read_narrative(draft, {name: block.fields[name] for name in readable}, title)
    if not title.countries:
        title.countries = draft.values["countries"]
    _read_follows(draft, title, chain)
    return draft


def _unknown_label(paragraph: Paragraph) -> Finding:
    label = paragraph.text.partition(":")[0].strip()
    message = f"no label is called '{label}' here: what it says was not read"
    return Finding(severity=Severity.WARNING, code="unknown-label", message=message, line=paragraph.line,
                   quote=paragraph.text[:200])  # fmt: skip


def _first_words(block: Block) -> str:
    return next((paragraph.text for paragraphs in block.fields.values() for paragraph in paragraphs), "")


def _read_text(draft: ActionDraft, block: Block, name: str) -> bool:
    paragraphs = block.fields.get(name)
    text = "\n".join(" ".join(paragraph.text.split()) for paragraph in paragraphs or [])
    if not text:
        return False
    if len(text) > LONGEST_FIELD:
        message = f"the {name} has {len(text):,} characters, and at most {LONGEST_FIELD:,} can be kept"
        line = paragraphs[0].line if paragraphs else block.line
        draft.problems.append(
            Finding(severity=Severity.ERROR, code="too-long", message=message, line=line, quote=text[:200])
        )
        return False
    draft.values[name] = text
    return True


def _read_dates(draft: ActionDraft, block: Block) -> None:
    paragraphs: list[Paragraph] = block.fields.get("duration", [])
    text = " ".join(paragraph.text for paragraph in paragraphs)
    if not text.strip():
        message = "the page gives no duration: the action is read without dates"
        draft.problems.append(
            Finding(severity=Severity.NOTE, code="no-duration", message=message, line=block.line, quote=block.title)
        )
        return
    quote = text[:200]
    read = read_duration(text[:500], page_lexicon().tokens(text[:500]))
    draft.problems += [
        Finding(severity=severity, code=code, message=message, line=paragraphs[0].line, quote=quote)
        for severity, code, message in read.problems
    ]
    dates: dict[str, Any] = {}
    if read.start:
        dates["start"] = read.start
        if read.end or read.is_open:
            dates["end"] = read.end
    draft.values |= dates


def _read_follows(draft: ActionDraft, title: Title, chain: _Chain) -> None:
    objective = draft.values.get("objective", "")
    asks_again = REQUEST.search(objective)
    earlier = chain.earlier(title) if title.numeral and title.numeral > 1 else None
    if earlier:
        draft.values["follows"] = earlier
    elif (title.numeral and title.numeral > 1) or asks_again:
        message = "it continues an earlier action, which isn't on this page before it"
        quote = asks_again[0] if asks_again else str(draft.values["title"])
        draft.problems.append(
            Finding(
                severity=Severity.NOTE, code="earlier-action-unknown", message=message, line=draft.line, quote=quote
            )
        )
    chain.add(title, draft.values["slug"])
