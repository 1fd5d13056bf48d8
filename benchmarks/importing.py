"""A page of 5,000 actions: how long the service plans and records it, and how much memory that takes.

`python -m benchmarks.importing` starts the service on an empty SQLite database, sends it a generated page, and fails
when planning takes more than 10 seconds of the processor or 300 MB.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from app import schema, seeding
from app.core.database import Database
from app.core.listing import API
from app.listeners import install_listeners
from app.reference.countries import COUNTRIES
from benchmarks.servers import running
from support.commands import COMMAND, free_port

SECONDS, MEGABYTES = 10, 300
KEY = "mx_the-benchmark-imports-with-this"
MONTHS = ("January", "March", "April", "June", "September", "November")
NUMERALS = ("", " II", " III", " IV")
THEMES = ("Border Management", "Labour Migration", "Migration Data", "Asylum Procedures", "Trafficking in Human Beings")
HOSTS = ("Poland", "Austria", "Spain", "Lithuania")
SENDERS = ("Estonian", "Dutch", "Portuguese", "Romanian")
COUNTRY_NAMES = [row.name for row in COUNTRIES.values() if row.subregion == "202"]


def page(actions: int) -> str:
    """A regional page of so many actions, about as wordy as the facility's own."""
    return "Sub-Saharan Africa\n\n" + "\n\n".join(_action(number) for number in range(actions)) + "\n"


def _action(number: int) -> str:
    country = COUNTRY_NAMES[number % len(COUNTRY_NAMES)]
    theme = THEMES[number // len(COUNTRY_NAMES) % len(THEMES)]
    numeral = NUMERALS[number // (len(COUNTRY_NAMES) * len(THEMES)) % len(NUMERALS)]
    year = 2009 + number % 7
    month, later = MONTHS[number % 6], MONTHS[(number + 2) % 6]
    sender, host = SENDERS[number % 4], HOSTS[number // 4 % 4]
    mission = (
        f"In {month} {year}, a fact-finding mission spoke with the ministries that share the matter and wrote a report "
        "on what each of them lacks."
    )
    training = (
        f"Two {sender} officials from the national administration gave a training on {theme.lower()} in {later} "
        f"{year + 1}, which was attended by staff of the capital and of two border provinces."
    )
    visit = (
        f"A study visit to {host} took place in {month} {year + 1}, where participants saw how local offices keep "
        "their registers."
    )
    workshop = (
        f"At the closing workshop in {later} {year + 2} the roadmap was presented to the government, which adopted it "
        "in the same year."
    )
    handbook = "The handbook that the experts drafted is used in the courses of the academy ever since."
    objective = (
        f"To enable the authorities of {country} to revise how they deal with {theme.lower()}, by an exchange with "
        "officials who have gone through the same, and by a plan that names who does what and by when."
    )
    lines = (
        f"{country}{numeral}: {theme} {number}",
        f"Objective: {objective}",
        f"Summary: {' '.join((mission, training, visit, workshop, handbook))}",
        f"Duration: {month} {year} – {later} {year + 2}",
    )
    return "\n".join(lines)


async def _prepare(url: str) -> None:
    install_listeners()
    database = Database(url)
    await schema.migrate(database.engine)
    async with database.write() as session:
        await seeding.load_reference(session)
        await session.commit()
    await database.close()


def _memory(process: int, name: str = "VmHWM") -> float:
    """Megabytes of a process: the most that it ever had, or (`VmRSS`) what it has."""
    for line in Path(f"/proc/{process}/status").read_text("utf-8").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return float("nan")


def _processor_seconds(process: int) -> float:
    """What a process has had of the processor."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _send(client: httpx.Client, content: bytes, *, dry_run: bool) -> tuple[float, dict[str, Any]]:
    begun = time.perf_counter()
    form = {"source_title": "The benchmark's page"}
    query = {"dry_run": str(dry_run).lower()}
    with client.stream(
        "POST", f"{API}/imports", files={"file": ("page.txt", content)}, data=form, params=query
    ) as answer:
        if answer.status_code != 200:
            raise RuntimeError(answer.read().decode())
        # The answer is as large as the page and more: it is counted, and only its head is read.
        head = next(pieces := answer.iter_bytes())
        for _ in pieces:
            pass
    summary = head[head.index(b'"summary":') + 10 :].partition(b"}")[0] + b"}"
    return time.perf_counter() - begun, json.loads(summary)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, default=5000)
    wanted = parser.parse_args().actions
    content = page(wanted).encode()
    print(f"a page of {wanted:,} actions, {len(content) / 1e6:.1f} MB")
    with tempfile.TemporaryDirectory() as folder:
        url, port = f"sqlite:///{folder}/imports.db", free_port()
        asyncio.run(_prepare(url))
        command = [COMMAND, "serve", "--no-seed"]
        settings = {"MIEUX_DATABASE_URL": url, "MIEUX_PORT": str(port), "MIEUX_BOOTSTRAP_KEY": KEY}
        with (
            running(command, port, "/readyz", Path(folder) / "log", **settings) as server,
            httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {KEY}"}, timeout=900
            ) as client,
        ):
            at_rest = _memory(server.process, "VmRSS")
            print(f"{'':24}{'seconds':>9}{'of them busy':>14}{'peak MB':>9}  (at rest: {at_rest:.0f} MB)")
            planned = _measure(client, server.process, content, "plan, all new", dry_run=True)
            _measure(client, server.process, content, "record", dry_run=False)
            again = _measure(client, server.process, content, "plan, all unchanged", dry_run=True)
    slow = [seconds for seconds, _ in (planned, again) if seconds > SECONDS]
    if slow or planned[1] > MEGABYTES:
        sys.exit(f"Planning is to take at most {SECONDS} s and {MEGABYTES} MB.")


def _measure(client: httpx.Client, process: int, content: bytes, what: str, *, dry_run: bool) -> tuple[float, float]:
    before = _processor_seconds(process)
    seconds, summary = _send(client, content, dry_run=dry_run)
    busy, peak = _processor_seconds(process) - before, _memory(process)
    print(f"{what:24}{seconds:9.1f}{busy:14.1f}{peak:9.0f}  {summary}", flush=True)
    return busy, peak


if __name__ == "__main__":
    main()
