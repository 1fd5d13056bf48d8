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
        yield draft.finding(Severity.ERROR, "uncertain-action", message, "title")
    elif (key := match.beside) is not None:
        message = (
            f"read as a new action beside {_named(key)}, whose countries it has, with another title or other dates"
        )
        yield draft.finding(Severity.WARNING, "another-action", message, "title")
    elif match.key is not None and match.is_by_likeness:
        message = f"found by its countries and start, and by what it is about, as {_named(match.key)}"
        yield draft.finding(Severity.NOTE, "another-title", message, "title")
    if match.repeats is not None:
        yield _repeated(draft, match.repeats)
    elif match.key is None and "id" in draft.values and "slug" not in draft.values and "title" in draft.values:
        message = f"there is no action {draft.values['id']}: read as a new one"
        yield draft.finding(Severity.WARNING, "unknown-id", message, "title")


def _repeated(draft: ActionDraft, earlier: ActionDraft) -> Finding:
    place = f"line {earlier.line}" if earlier.line else str(earlier.pointer)
    if "id" in draft.values:
        message = f"id: {draft.values['id']} is the action of {place} already"
        return draft.finding(Severity.ERROR, "repeated-id", message, "title")
    message = f"its title, countries and start are those of {place}, too: read as another action"
    return draft.finding(Severity.WARNING, "repeated-action", message, "title")


def _named(key: ActionKey) -> str:
    dates = f", {key.start or '?'} to {key.end or 'now'}" if key.start or key.end else ""
    return f"'{key.title}' ({key.slug}{dates})"
