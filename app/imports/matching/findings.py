"""What is said of how a draft was matched, wherever it wasn't by a name."""

from collections.abc import Iterator

from app.imports.drafts import ActionDraft, Finding, Severity
from app.imports.matching.actions import Match, question
from app.imports.record import ActionKey


def identity_findings(draft: ActionDraft, match: Match) -> Iterator[Finding]:
    """Whether a draft is, may be or isn't a recorded action that it agrees with, and a draft before it."""
    if (key := match.asked) is not None:
        message = (
            f"it may be {_named(key)}, which is recorded: name that one by its slug, or choose '{question(key)}', as "
            "'recorded' if it is the same and as 'new' if it is another one, and send the file again"
        )
        yield _finding(draft, Severity.ERROR, "uncertain-action", message)
    elif (key := match.beside) is not None:
        message = (
            f"read as a new action beside {_named(key)}, whose countries it has, with another title or other dates"
        )
        yield _finding(draft, Severity.WARNING, "another-action", message)
    elif match.key is not None and match.is_by_likeness:
        message = f"found by its countries and start, and by what it is about, as {_named(match.key)}"
        yield _finding(draft, Severity.NOTE, "another-title", message)
    if match.repeats is not None:
        yield _repeated(draft, match.repeats)
    elif match.key is None and "id" in draft.values and "slug" not in draft.values and "title" in draft.values:
        message = f"there is no action {draft.values['id']}: read as a new one"
        yield _finding(draft, Severity.WARNING, "unknown-id", message)


def _repeated(draft: ActionDraft, earlier: ActionDraft) -> Finding:
    place = f"line {earlier.line}" if earlier.line else str(earlier.pointer)
    if "id" in draft.values:
        message = f"id: {draft.values['id']} is the action of {place} already"
        return _finding(draft, Severity.ERROR, "repeated-id", message)
    message = f"its title, countries and start are those of {place}, too: read as another action"
    return _finding(draft, Severity.WARNING, "repeated-action", message)


def _named(key: ActionKey) -> str:
    dates = f", {key.start or '?'} to {key.end or 'now'}" if key.start or key.end else ""
    return f"'{key.title}' ({key.slug}{dates})"


def _finding(draft: ActionDraft, severity: Severity, code: str, message: str) -> Finding:
    return Finding(
        severity=severity,
        code=code,
        message=message,
        line=draft.line,
        sheet=draft.sheet,
        column="title",
        pointer=draft.pointer,
    )
