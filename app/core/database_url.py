"""The URL of a database, read as its own clients read it: a file for SQLite, what libpq accepts for PostgreSQL.

The driver for PostgreSQL knows most of libpq's parameters, takes any other for a setting of the server, and SQLAlchemy
takes them all for keywords of the driver. So they are read here; a parameter that would have no effect is refused.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

EXPECTED = "a URL like sqlite:///file.db or postgresql://user@host/name is expected"

_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_SESSIONS = ("any", "primary", "standby", "prefer-standby", "read-write", "read-only")


@dataclass(frozen=True)
class EmbeddedFile:
    """A database of SQLite."""

    path: str


@dataclass(frozen=True)
class Server:
    """A database of a PostgreSQL server."""

    dsn: str
    """What the driver reads: hosts, user, password, name, encryption."""
    options: str
    """Settings of the session, as arguments of the server: `-c name=value ...`."""
    application_name: str
    connect_timeout: float | None
    """Seconds, where the URL says; 0 is for ever."""
    verify_by_system: bool
    """Whether the server's certificate is verified by the system's authorities."""


def read_url(written: str) -> EmbeddedFile | Server:
    """Where the database is.

    Raises ValueError, which quotes no password, for what is no URL, for another database, and for a parameter that is
    not known or has an impossible value.
    """
    scheme, found, rest = written.partition("://")
    match scheme.partition("+")[0] if found else None:
        case "sqlite":
            return _read_file(written)
        case "postgresql" | "postgres":
            return _read_server(rest)
        case None:
            raise ValueError(EXPECTED)
        case other:
            raise ValueError(f"the database is SQLite or PostgreSQL, not {other}")


def _read_file(written: str) -> EmbeddedFile:
    try:
        url = make_url(written)
    except (ArgumentError, ValueError):
        raise ValueError(EXPECTED) from None
    if url.query:
        raise ValueError(f"the URL of an SQLite database has no parameters; there is '{next(iter(url.query))}'")
    if url.database in (None, "", ":memory:"):
        raise ValueError("the URL of an SQLite database names a file: sqlite:///file.db")
    return EmbeddedFile(str(url.database))


def _read_server(rest: str) -> Server:
    user, hosts, query = _parts(rest)
    parameters = dict(_parameters(query))
    for name, value in parameters.items():
        _check(name, value)
    own = {name: parameters.pop(name, "") for name in _OWN}
    for name in _WITHOUT_EFFECT:
        parameters.pop(name, None)
    verify_by_system = parameters.get("sslrootcert") == "system"
    if verify_by_system:
        del parameters["sslrootcert"]
        if parameters.pop("sslmode", "verify-full") != "verify-full":
            raise ValueError("the parameter 'sslrootcert=system' needs 'sslmode=verify-full'")
    dsn = f"postgresql://{user}{hosts}"
    _check_hosts(dsn)
    return Server(
        dsn=f"{dsn}?{urlencode(parameters, quote_via=quote)}" if parameters else dsn,
        options=own["options"],
        application_name=own["application_name"] or own["fallback_application_name"] or "mieux-registry",
        connect_timeout=float(own["connect_timeout"]) if own["connect_timeout"] else None,
        verify_by_system=verify_by_system,
    )


def _parts(rest: str) -> tuple[str, str, str]:
    """The user with a password and the sign behind it, the hosts with the database's name, and the parameters.

    libpq takes what it finds as it is up to the next sign that means something there. A URL is stricter, so that signs
    in a password are encoded here.
    """
    user, hosts = "", rest
    first = rest.partition("/")[0]
    if "@" in first:
        end = first.find("?", first.index("@"))
        user, _, _ = first[: end if end >= 0 else None].rpartition("@")
        hosts = rest[len(user) + 1 :]
        name, colon, password = user.partition(":")
        user = f"{quote(unquote(name), '')}{colon}{quote(unquote(password), '')}@"
    hosts, _, query = hosts.partition("?")
    return user, hosts.removesuffix("/").replace("#", "%23"), query


def _parameters(query: str) -> Iterator[tuple[str, str]]:
    """Parameters with a value. A plus sign is one: libpq knows no other way to write a space than %20."""
    for pair in filter(None, query.split("&")):
        name, equals, value = pair.partition("=")
        if not equals:
            raise ValueError("a parameter of the URL has no value: they are written name=value")
        if value:
            yield unquote(name), unquote(value)


def _check_hosts(dsn: str) -> None:
    try:
        netloc = urlsplit(dsn).netloc
        ports = [host.rpartition("]")[2].partition(":")[2] for host in netloc.rpartition("@")[2].split(",")]
        wrong = any(port and not 0 < int(port) < 65536 for port in ports)
    except ValueError:
        wrong = True
    if wrong:
        raise ValueError(EXPECTED)


def _check(name: str, value: str) -> None:
    check = _KNOWN.get(name)
    if check is None:
        known = ", ".join(sorted(_KNOWN))
        # Where a sign in a password was not encoded, what looks like a name is a part of it.
        shown = f"'{name}' " if name.isidentifier() else ""
        raise ValueError(f"the parameter {shown}of the URL is not supported; supported are {known}")
    expected = check(value)
    if expected is not None:
        raise ValueError(f"the parameter '{name}' of the URL has to be {expected}")


def _anything(_value: str) -> str | None:
    return None


def _one_of(*values: str) -> Callable[[str], str | None]:
    return lambda value: None if value in values else " or ".join(values)


def _numbers(value: str) -> str | None:
    return None if all(part.isascii() and part.isdigit() for part in value.split(",")) else "a number"


def _seconds(value: str) -> str | None:
    return None if value.isascii() and value.isdigit() else "a number of seconds"


def _file(value: str) -> str | None:
    return None if value == "system" or Path(value).is_file() else "a file that exists"


_OWN: dict[str, Any] = {
    "application_name": _anything,
    "connect_timeout": _seconds,
    "fallback_application_name": _anything,
    "options": _anything,
}
# What the driver does anyway: channels are bound to no certificate, and there is no other encryption than TLS.
_WITHOUT_EFFECT: dict[str, Any] = {
    "channel_binding": _one_of("disable", "prefer"),
    "client_encoding": _one_of("UTF8", "utf8", "UTF-8", "utf-8", "auto"),
    "gssencmode": _one_of("disable", "prefer"),
}
_KNOWN: dict[str, Callable[[str], str | None]] = {
    **_OWN,
    **_WITHOUT_EFFECT,
    "dbname": _anything,
    "host": _anything,
    "passfile": _file,
    "password": _anything,
    "port": _numbers,
    "sslcert": _file,
    "sslcrl": _file,
    "sslkey": _file,
    "sslmode": _one_of(*_MODES),
    "sslnegotiation": _one_of("postgres", "direct"),
    "sslpassword": _anything,
    "sslrootcert": _file,
    "target_session_attrs": _one_of(*_SESSIONS),
    "user": _anything,
}
