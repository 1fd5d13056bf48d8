"""A session that writes is followed by those who write the history, or it doesn't write."""

import subprocess
import sys

SCRIPT = """
from app.core.database import Database
from app.listeners import LISTENERS, install_listeners
database = Database("sqlite:///nowhere.db")
try:
    database.write()
except RuntimeError as error:
    assert "install_listeners" in str(error)
else:
    raise AssertionError("a session was opened that leaves no history")
install_listeners()
install_listeners()
database.write()
from sqlalchemy import event
from sqlalchemy.orm import Session
assert all(event.contains(Session, name, listener) for name, listener in LISTENERS)
"""


def test_no_session_writes_before_its_listeners_are_installed() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
