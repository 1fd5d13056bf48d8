"""The service's settings: environment variables with the prefix `MIEUX_`, read once."""

import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.addresses import PATH_PREFIX
from app.core.database_url import read_url
from app.core.edge.proxies import read_networks
from app.core.logs import LogFormat, LogLevel

PREFIX = "MIEUX_"


def _known_database(written: str) -> str:
    read_url(written)
    return written


def _origins(written: str) -> str:
    wrong = [one for one in written.split() if one != "*" and not _ORIGIN.fullmatch(one)]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: an origin is scheme and host alone, like https://www.example.org")
    return written


def _networks(written: str) -> str:
    read_networks(written)
    return written


DatabaseUrl = Annotated[str, AfterValidator(_known_database)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Origins = Annotated[str, AfterValidator(_origins)]
Networks = Annotated[str, AfterValidator(_networks)]
RequestsPerMinute = Annotated[int, Field(ge=0, le=100_000_000)]
_ORIGIN = re.compile(r"https?://(\*\.)?([\w.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?")


class Settings(BaseSettings):
    """Every setting, with its default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, use_attribute_docstrings=True)

    database_url: DatabaseUrl = "sqlite:///mieux.db"
    """Where the record is kept: `sqlite:///file.db` or `postgresql://user@host/name`."""

    database_read_url: DatabaseUrl | None = None
    """A replica of the database to read from; by default the database itself."""

    database_max_lag: Seconds = 5
    """By how many seconds what is read from the replica may be older than the database; older than that, the database
    itself is read."""

    database_wait_timeout: Seconds = 2
    """For how many seconds a request waits for a lock in the database, and for a new connection; in the queue for those
    in use it waits for twice as long. Then it is answered with 503."""

    database_statement_timeout: Seconds = 5
    """How many seconds a statement of a request may take; then the request is answered with 503."""

    database_long_statement_timeout: Seconds = 120
    """How many seconds a statement of an export or an import may take."""

    host: str = "127.0.0.1"
    """The address on which the service listens."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """The port on which the service listens."""

    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """How many processes serve."""

    metrics_port: Annotated[int | None, Field(ge=1, le=65535)] = None
    """A port of its own for `/metrics`, on the same address; by default it is on the service's port."""

    metrics_key: Annotated[str | None, Field(min_length=16)] = None
    """Who shows it as a bearer token may read `/metrics`, at least 16 characters; without it, everybody may."""

    trusted_proxies: Networks = ""
    """The reverse proxies whose `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` are believed: addresses and networks
    like `127.0.0.1 10.0.0.0/8`, separated by spaces. By default none is."""

    log_format: Annotated[LogFormat, BeforeValidator(str.lower)] = "text"
    """How lines of the log are written: `json`, an object each, or `text`."""

    log_level: Annotated[LogLevel, BeforeValidator(str.lower)] = "info"
    """What the log shows: `debug`, `info` (each request), `warning` or `error`, and all that weighs more."""

    rate_reads: RequestsPerMinute = 120_000
    """How many reads of one address are answered in a minute by each process, those from the response cache left out;
    0 for all."""

    rate_writes: RequestsPerMinute = 30_000
    """How many writes with one key are answered in a minute by each process; 0 for all."""

    rate_costly: RequestsPerMinute = 1_200
    """How many exports, imports, batches and PNG pictures of one address are answered in a minute by each process; 0
    for all."""

    rate_wrong_keys: RequestsPerMinute = 150
    """After how many wrong keys from one address in a minute further ones are refused without being looked up; 0 for
    never."""

    max_address_bytes: Annotated[int, Field(ge=256, le=1_048_576)] = 16_384
    """How long an address with its parameters may be, in bytes."""

    max_header_bytes: Annotated[int, Field(ge=1024, le=1_048_576)] = 32_768
    """How long all headers of a request together may be, in bytes."""

    max_headers: Annotated[int, Field(ge=10, le=10_000)] = 100
    """How many headers a request may have."""

    max_connections: Annotated[int, Field(ge=1, le=1_000_000)] = 800
    """How many connections each process serves at once."""

    max_connections_per_client: Annotated[int, Field(ge=1, le=1_000_000)] = 400
    """How many of them one address may have, other than a trusted proxy."""

    head_timeout: Annotated[float, Field(gt=0, le=3600)] = 10
    """In how many seconds a new connection must send its request's address and headers."""

    body_timeout: Annotated[float, Field(gt=0, le=3600)] = 20
    """After how many seconds a request ends whose body came at less than `MIEUX_BODY_RATE` in that time."""

    body_rate: Annotated[int, Field(ge=0, le=1_000_000)] = 1_000
    """How many bytes of a request's body must come in a second, on average."""

    send_timeout: Annotated[float, Field(gt=0, le=3600)] = 30
    """In how many seconds a client must take 48 KB of a response that waits for it."""

    keep_alive: Annotated[int, Field(ge=0, le=3600)] = 75
    """For how many seconds a connection may be idle: longer than proxies keep theirs, since who closes first should not
    be who answers."""

    download_space_mb: Annotated[int, Field(ge=1, le=1_048_576)] = 2048
    """How much of the disk the files that are being downloaded may take, in MB, in each process."""

    cors_origins: Origins = "*"
    """Which web pages on other hosts may read answers in a browser: their origins, separated by spaces, or `*` for all.
    Nothing here goes by cookies, so that a page can do no more than anybody else."""

    frame_origins: Origins = ""
    """Which web pages on other hosts may show answers in a frame: their origins, separated by spaces, or `*` for all.
    Pages where keys are typed are never framed; the explorer's figures are, without their bar."""

    hsts_seconds: Annotated[int, Field(ge=0)] = 31_536_000
    """For how long a browser that came by HTTPS is to use nothing else with this host; 0 leaves that open."""

    bootstrap_key: Annotated[str | None, Field(min_length=16)] = None
    """An admin key for automation, at least 16 characters; without it the first start on an empty database makes one
    and prints it, once."""

    publisher: str = "ICMPD, MIEUX facility"
    """Who publishes the record: stands in workbooks, packages and the catalogue."""

    data_licence: Annotated[str | None, Field(pattern=r"^https?://\S+$")] = None
    """The URL of the licence of the data, which files and the catalogue name; without it they say that none is
    stated."""

    public_url: Annotated[str, Field(pattern=rf"^(https?://[^\s/?#]+)?({PATH_PREFIX.pattern})?$")] = ""
    """Where the service is reached from outside, like `https://registry.example.org` or `https://example.org/registry`,
    or the path of that alone, like `/registry`. The path is the prefix of every address in an answer; scheme and host
    begin those in the catalogue, in IATI and in the documentation's samples."""

    iati_reporting_ref: Annotated[str, Field(min_length=2, max_length=100, pattern=r"^[^\s/&|?]+$")] = "ICMPD-MIEUX"
    """The publisher's registered identifier in IATI; the default stands for it until there is one."""

    iati_reporting_type: Annotated[str, Field(pattern=r"^[0-9]{2}$")] = "40"
    """The publisher's kind of organisation in IATI: 40 is a multilateral one."""

    @property
    def path_prefix(self) -> str:
        """The path of the public URL, like `/registry`; empty without one."""
        return urlsplit(self.public_url).path

    @property
    def public_origin(self) -> str:
        """Scheme and host of the public URL, like `https://example.org`; empty without them."""
        return self.public_url.removesuffix(self.path_prefix)


class WrongSettings(ValueError):
    """The environment has settings that can't be used; the text has a line for each."""


def read_settings() -> Settings:
    """The settings of the environment.

    Raises WrongSettings, which names every mistake at once: wrong values, and variables with the prefix that are no
    settings. It quotes neither keys nor the URL of a database, which may hold a password.
    """
    mistakes = list(_unknown_variables())
    try:
        settings = Settings()
    except ValidationError as error:
        mistakes += [_mistake(item) for item in error.errors()]
    if mistakes:
        raise WrongSettings("\n".join(mistakes))
    return settings


def _unknown_variables() -> Iterator[str]:
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            nearest = get_close_matches(name.upper(), known, n=1)
            yield f"{name}: there is no such setting" + (f"; {nearest[0]} is meant, perhaps" if nearest else "")


def _mistake(error: ErrorDetails) -> str:
    message = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:  # of several settings together: the message names them
        return message
    field = str(error["loc"][0])
    if error["type"] == "string_pattern_mismatch":  # a regular expression explains nothing
        meaning = " ".join((Settings.model_fields[field].description or "").split())
        message = f"the value doesn't have the expected form. {meaning}"
    return f"{PREFIX}{field.upper()}: {message}"
