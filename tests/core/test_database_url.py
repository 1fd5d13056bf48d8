"""The URL of a database: what can't be used is named before anything is done, in one line and without a password."""

from pathlib import Path

import pytest

from tests.running.service import mieux

SERVER = "postgresql://user:a-secret@host.invalid"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{SERVER}/name?sslmod=require", "'sslmod' of the URL is not supported; supported are application_name"),
        (f"{SERVER}/name?keepalives_idle=30", "'keepalives_idle' of the URL is not supported"),
        (f"{SERVER}/name?sslmode=on", "'sslmode' of the URL has to be disable or"),
        (f"{SERVER}/name?sslmode=require&channel_binding=require", "'channel_binding' of the URL has to be disable or"),
        (f"{SERVER}/name?sslmode=verify-full&sslrootcert=/no/such.crt", "'sslrootcert' of the URL has to be a file"),
        (f"{SERVER}/name?sslmode=require&sslrootcert=system", "needs 'sslmode=verify-full'"),
        (f"{SERVER}/name?connect_timeout=soon", "'connect_timeout' of the URL has to be a number of seconds"),
        (f"{SERVER}/name?target_session_attrs=master", "'target_session_attrs' of the URL has to be any or"),
        (f"{SERVER}/name?port=54x32", "'port' of the URL has to be a number"),
        (f"{SERVER}/name?sslmode", "has no value"),
        (f"{SERVER}:65536/name", "postgresql://user@host/name is expected"),
        ("postgresql://user:a-secret?w@h?a-secret=1@host/name", "of the URL is not supported"),
        ("sqlite:///registry.db?mode=ro", "has no parameters"),
        ("sqlite+pysqlite://registry.db", "sqlite:///file.db"),
    ],
)
def test_what_can_not_be_used_is_refused_by_name(tmp_path: Path, url: str, expected: str) -> None:
    for setting in ("database_url", "database_read_url"):
        refused = mieux(f"sqlite:///{tmp_path}/some.db", "migrate", **{setting: url})
        assert refused.returncode == 2
        (line,) = refused.stderr.splitlines()
        assert line.startswith(f"MIEUX_{setting.upper()}: ")
        assert expected in line
        assert "secret" not in line
