"""The machine: disks, ports, character encoding and locale data."""

import http.client
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel import Locale, UnknownLocaleError

from app.core.languages import LabelLanguage
from app.core.ports import is_port_free
from app.doctor.findings import Finding, ok, problem, warning
from app.settings import Settings

MEGABYTE = 1024 * 1024
LEAST_FREE = 100 * MEGABYTE
ENOUGH_FREE = 1024 * MEGABYTE


def disk(folder: Path, use: str, needed: int = 0) -> Finding:
    """Whether a folder's disk has room: `needed` bytes, and a gigabyte beside them."""
    free = shutil.disk_usage(folder).free
    message = f"{free // MEGABYTE:,} MB are free at {folder}, for {use}."
    if free < LEAST_FREE:
        return problem("disk", message, "Make room: writing will fail soon.")
    if free < needed + ENOUGH_FREE:
        return warning("disk", message, f"Make room for at least {(needed + ENOUGH_FREE) // MEGABYTE:,} MB.")
    return ok("disk", message)


def temporary_folder() -> Finding:
    """Whether files that are made on request have a place."""
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError:
        return problem("disk", "There is no folder for temporary files.", "Set TMPDIR to a folder that can be written.")
    return disk(folder, "exports, releases and uploads while they are worked on")


def texts() -> Iterator[Finding]:
    """Whether text is read and written in Unicode, and labels are known in every language."""
    encodings = {sys.getfilesystemencoding(), sys.stdout.encoding or "utf-8"}
    if wrong := {name for name in encodings if name.lower().replace("-", "") != "utf8"}:
        remedy = "Set PYTHONUTF8=1, or a locale like LANG=C.UTF-8."
        yield warning("locale", f"Text is written in {', '.join(sorted(wrong))}, not in UTF-8.", remedy)
    missing = [language for language in LabelLanguage if not _is_known(language)]
    if missing:
        remedy = "Install the service again: the package Babel is not complete."
        yield problem("locale", f"Names are missing in {', '.join(missing)}.", remedy)
    else:
        yield ok("locale", f"Labels are there in {', '.join(LabelLanguage)}.")


def _is_known(language: LabelLanguage) -> bool:
    try:
        return bool(Locale.parse(language).territories.get("MD"))
    except UnknownLocaleError:
        return False


def ports(settings: Settings) -> Iterator[Finding]:
    """Whether the service can listen where it is to, or does so already."""
    wanted = {"MIEUX_PORT": settings.port, "MIEUX_METRICS_PORT": settings.metrics_port}
    if settings.metrics_port == settings.port:
        yield problem("port", f"Port {settings.port} is to serve metrics and all else.", "Set MIEUX_METRICS_PORT.")
    for name, number in wanted.items():
        if number is None:
            continue
        where = f"port {number} on {settings.host}"
        try:
            is_free = is_port_free(settings.host, number)
        except OSError as error:
            remedy = "Set MIEUX_HOST to an address of this machine, or to 0.0.0.0 for all of them."
            yield problem("port", f"Nothing can listen on {where}: {error.strerror}.", remedy)
            return
        if is_free:
            yield ok("port", f"{where.capitalize()} is free.")
        elif _is_registry(settings.host, settings.port):
            yield ok("port", f"A registry listens on {where}.")
        else:
            yield problem(
                "port", f"{where.capitalize()} is taken, or reserved.", f"Stop who listens there, or set {name}."
            )


def _is_registry(host: str, port: int) -> bool:
    everywhere = host in ("0.0.0.0", "::")  # noqa: S104 - it is asked for, not chosen
    connection = http.client.HTTPConnection("localhost" if everywhere else host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().read() == b'{"status":"ok"}'
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
