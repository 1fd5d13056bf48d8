"""The trial of faults (`support/faults.py`), in small: writers whose connections are cut, and whose service is
killed, repeat what wasn't answered; nothing is lost, nothing is done twice."""

from pathlib import Path

import pytest

from support.faults import CUT, KILL, try_all
from support.verification import Reader, verify
from support.writers import Ledger
from tests.running.service import serve
from tests.waiting import BOUND

pytestmark = pytest.mark.anyio


async def test_what_is_repeated_after_a_fault_is_done_once(database_url: str, tmp_path: Path) -> None:
    acknowledged, wrong = await try_all(
        database_url, 1, tmp_path, acknowledged=120, seconds=BOUND, writers=4, faults=[CUT, KILL]
    )
    assert wrong == []
    assert acknowledged > 20


async def test_the_trial_would_see_what_is_lost(database_url: str, tmp_path: Path) -> None:
    ledger = Ledger()
    ledger.records |= {"record w0-1.": {"record w0-1."}, "record w0-2.": {None}}
    ledger.marks |= {"mark-w0-3.": {True}, "mark-w0-4.": {False}}
    with serve(database_url, tmp_path) as service:
        reader = Reader(service.address)
        wrong = await verify(reader, ledger)
        await reader.close()
    assert [text.partition(" is ")[0] for text in wrong] == ["lost: 'record w0-1.'", "lost: mark-w0-3."]
