"""The documentation pages are the same whatever the database is."""

import pytest

from tests.conftest import Sqlite


@pytest.fixture
def server(sqlite_server: Sqlite) -> Sqlite:
    """Makes databases of one kind."""
    return sqlite_server
