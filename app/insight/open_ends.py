"""Open ends that are not confirmed: until when the actions behind a figure are known to run."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from app.core.index.columns import UNKNOWN, day_number
from app.core.index.matching import Matching
from app.reference.vocabularies import Status
from app.selection.graph import ACTION_DAYS, ACTION_END, ACTION_STATUS, ACTIONS
from app.selection.status import STATUSES


@dataclass(frozen=True)
class UnconfirmedEnds:
    """The unconfirmed open ends of some actions."""

    count: int
    by_year: dict[int, int]
    """How many are known through each year."""
    last_day: date | None
    """The latest day through which one is known."""


def unconfirmed_ends(matching: Matching, as_of: date) -> UnconfirmedEnds:
    """Those of the actions that are selected, on a day."""
    snapshot, roots = matching.snapshot, matching.roots()
    columns = snapshot.rows[ACTIONS].columns
    found = snapshot.codes(ACTION_STATUS, day_number(as_of)) == STATUSES.index(Status.UNCONFIRMED)
    found = found & (columns[ACTION_END.last] == UNKNOWN)
    last = columns[ACTION_DAYS.last][found if roots is None else found & roots]
    years, counts = np.unique(last // 10000, return_counts=True)
    greatest = int(last.max()) if len(last) else None
    return UnconfirmedEnds(
        len(last),
        dict(zip(years.tolist(), counts.tolist(), strict=True)),
        None if greatest is None else date(greatest // 10000, greatest // 100 % 100, greatest % 100),
    )
