"""What follows every session that writes, in one place: no call site has to remember any of it."""

from app.actions.editing import forget_grown, touch_actions
from app.core.audit import collect_edits, forbid_bulk, write_changes
from app.core.epochs import enter_epoch
from app.core.ids import number_new_records
from app.core.session_state import forget_rolled_back, install
from app.search.upkeep import collect_affected, index_affected

LISTENERS = (
    ("after_begin", enter_epoch),
    ("do_orm_execute", forbid_bulk),
    ("before_flush", number_new_records),
    ("before_flush", touch_actions),
    ("after_flush", collect_edits),
    ("after_flush", collect_affected),
    # Words are indexed before changes are numbered: from then on, other writers wait.
    ("before_commit", index_affected),
    ("before_commit", write_changes),
    ("before_commit", forget_grown),
    ("after_rollback", forget_rolled_back),
)
"""Each with its event; those of one event run in this order."""


def install_listeners() -> None:
    """Installs them in this process; called again, it changes nothing."""
    install(LISTENERS)
