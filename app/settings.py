"""The service's settings: environment variables with the prefix `MIEUX_`, read once."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.database import database_url


def _known_database(written: str) -> str:
    database_url(written)
    return written


DatabaseUrl = Annotated[str, AfterValidator(_known_database)]


class Settings(BaseSettings):
    """Every setting, with its default."""

    model_config = SettingsConfigDict(env_prefix="MIEUX_", use_attribute_docstrings=True)

    database_url: DatabaseUrl = "sqlite:///mieux.db"
    """Where the record is kept: `sqlite:///file.db` or `postgresql://user@host/name`."""

    database_read_url: DatabaseUrl | None = None
    """A replica of the database to read from; by default the database itself."""

    host: str = "127.0.0.1"
    """The address on which the service listens."""

    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """The port on which the service listens."""

    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """How many processes serve."""

    cors_origins: str = "*"
    """Which web pages on other hosts may read answers in a browser: their origins, separated by spaces, or `*` for all.
    Nothing here goes by cookies, so that a page can do no more than anybody else."""

    bootstrap_key: Annotated[str | None, Field(min_length=16)] = None
    """An admin key for automation, at least 16 characters; without it the first start on an empty database makes one
    and prints it, once."""

    publisher: str = "ICMPD, MIEUX facility"
    """Who publishes the record: stands in workbooks, packages and the catalogue."""

    data_licence: Annotated[str | None, Field(pattern=r"^https?://\S+$")] = None
    """The URL of the licence of the data, which files and the catalogue name; without it they say that none is
    stated."""

    public_url: Annotated[str, Field(pattern=r"^(https?://\S*[^/\s])?$")] = ""
    """Where the service is reached from outside, like `https://registry.example.org`: begins the addresses in the
    catalogue and in IATI, which are relative without it."""

    iati_reporting_ref: Annotated[str, Field(min_length=2, max_length=100, pattern=r"^[^\s/&|?]+$")] = "ICMPD-MIEUX"
    """The publisher's registered identifier in IATI; the default stands for it until there is one."""

    iati_reporting_type: Annotated[str, Field(pattern=r"^[0-9]{2}$")] = "40"
    """The publisher's kind of organisation in IATI: 40 is a multilateral one."""
