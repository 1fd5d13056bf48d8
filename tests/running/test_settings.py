"""Settings that can't be used: every command names all of them, a line each, and does nothing."""

from pathlib import Path

import pytest

from app.cli import cli
from tests.running.service import mieux

COMMANDS = {
    "serve": (),
    "migrate": (),
    "seed": (),
    "openapi": (),
    "new-epoch": (),
    "export": (),
    "backup": ("copy.db",),
    "restore": ("copy.db",),
    "import": (__file__,),
    "keys create": ("--role", "editor"),
    "keys list": (),
    "keys revoke": ("ada",),
}


def test_every_command_is_asked_below() -> None:
    there = {command.name or command.callback.__name__ for command in cli.registered_commands if command.callback}
    assert there == {name for name in COMMANDS if " " not in name} | {"doctor"}  # to which mistakes are findings


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_names_all_mistakes_at_once(command: str) -> None:
    refused = mieux(
        "postgresql://user:a-password@host:5432x/name",
        *command.split(),
        *COMMANDS[command],
        port="65536",
        workers="many",
        prot="80",
        databse_read_url="sqlite:///copy.db",
        something_else="1",
        cors_origins="https://one.example www.example.org https://two.example/",
        public_url="registry.example.org",
        trusted_proxies="127.0.0.1 localhost",
        bootstrap_key="short-secret",
    )
    assert refused.returncode == 2
    assert refused.stdout == ""
    mistakes = dict(line.split(": ", 1) for line in refused.stderr.splitlines())
    assert set(mistakes) == {
        "MIEUX_PROT",
        "MIEUX_DATABSE_READ_URL",
        "MIEUX_SOMETHING_ELSE",
        "MIEUX_DATABASE_URL",
        "MIEUX_PORT",
        "MIEUX_WORKERS",
        "MIEUX_CORS_ORIGINS",
        "MIEUX_PUBLIC_URL",
        "MIEUX_TRUSTED_PROXIES",
        "MIEUX_BOOTSTRAP_KEY",
    }
    assert "MIEUX_PORT" in mistakes["MIEUX_PROT"]
    assert "MIEUX_DATABASE_READ_URL" in mistakes["MIEUX_DATABSE_READ_URL"]
    assert "sqlite:///file.db" in mistakes["MIEUX_DATABASE_URL"]
    assert "65535" in mistakes["MIEUX_PORT"]
    assert mistakes["MIEUX_CORS_ORIGINS"].startswith("www.example.org, https://two.example/")
    assert "https://registry.example.org" in mistakes["MIEUX_PUBLIC_URL"]
    assert "password" not in refused.stderr
    assert "short-secret" not in refused.stderr


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "sqlite:///file.db"),
        ("foo", "postgresql://user@host/name"),
        ("mysql://root@localhost/mieux", "SQLite or PostgreSQL"),
        ("sqlite://", "names a file"),
        ("sqlite:///:memory:", "names a file"),
    ],
)
@pytest.mark.parametrize("setting", ["database_url", "database_read_url"])
def test_what_is_no_url_of_a_database_is_refused(tmp_path: Path, setting: str, url: str, expected: str) -> None:
    refused = mieux(f"sqlite:///{tmp_path}/some.db", "migrate", **{setting: url})
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert line.startswith(f"MIEUX_{setting.upper()}: ")
    assert expected in line


@pytest.mark.parametrize(("option", "value"), [("--port", "65536"), ("--port", "-1"), ("--workers", "0")])
def test_an_option_out_of_range_is_refused(tmp_path: Path, option: str, value: str) -> None:
    refused = mieux(f"sqlite:///{tmp_path}/some.db", "serve", option, value)
    assert refused.returncode == 2
    assert option in refused.stderr


def test_right_settings_are_accepted(tmp_path: Path) -> None:
    done = mieux(
        f"sqlite:///{tmp_path}/new.db",
        "migrate",
        cors_origins="https://www.example.org http://localhost:5173",
        public_url="https://registry.example.org",
    )
    assert (done.returncode, done.stderr) == (0, "")
