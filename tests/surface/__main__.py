"""`make openapi-surface`: writes the published surface, unless a change would break clients of the same version."""

import sys

from tests.surface.comparing import breaking_changes
from tests.surface.publishing import PUBLISHED, may_break, present_surface, text_to_publish


def main() -> None:
    """The command."""
    published = PUBLISHED.read_text("utf-8") if PUBLISHED.exists() else ""
    present = present_surface()
    broken = breaking_changes(published, present) if published else []
    if broken and not may_break():
        reason = "These changes break clients, and the version in pyproject.toml doesn't say so (docs/versions.md):"
        sys.exit("\n  ".join([reason, *broken]))
    PUBLISHED.write_text(text_to_publish(published, present), "utf-8")


main()
