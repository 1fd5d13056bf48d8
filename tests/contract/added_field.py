"""What `test_added_field.py` runs in a copy of the checkout, where actions have one more field: `budget`."""

import asyncio
import csv
import io
import sqlite3
import sys
import zipfile
from pathlib import Path
from typing import Any

import httpx
from python_calamine import CalamineWorkbook

from app.core.listing import API
from app.main import create_app
from app.settings import Settings

KEY = "mx_of-a-copy-with-one-more-field"


def rows(book: bytes, sheet: str) -> list[dict[Any, Any]]:
    """The rows of a sheet, by the names of their columns."""
    header, *rest = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name(sheet).to_python()
    return [dict(zip(header, row, strict=True)) for row in rest]


def reaches(where: str, found: Any, expected: Any) -> None:
    """Says where the field is missing, if it is."""
    assert found == expected, f"`budget` doesn't reach {where}: {found!r}, not {expected!r}"


class Walk:
    """Follows the field through what the service gives and takes."""

    def __init__(self, client: httpx.AsyncClient, folder: Path) -> None:
        self.client = client
        self.folder = folder

    async def get(self, path: str, **query: Any) -> httpx.Response:
        """The answer to a request that is right."""
        answer = await self.client.get(f"{API}{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer

    async def budget(self, path: str, **query: Any) -> Any:
        """What the JSON at an address says."""
        return (await self.get(path, **query)).json().get("budget", "nothing")

    async def send(self, content: bytes, *, dry_run: bool = True) -> list[dict[str, Any]]:
        """The actions of an import."""
        files, query = {"file": ("actions.csv", content)}, {"dry_run": str(dry_run).lower()}
        answer = await self.client.post(f"{API}/imports", files=files, params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["actions"])

    async def read(self) -> None:
        """Through what is answered: action 1 is as old as the field's absence, action `aa` has it."""
        reaches("history of before", await self.budget("/actions/1/history/1"), None)
        made = await self.client.post(f"{API}/actions", json={"title": "Aa", "budget": 5000})
        key = made.json()["id"]
        reaches("JSON", (made.json()["budget"], await self.budget("/actions/aa")), (5000, 5000))
        table = csv.DictReader(io.StringIO((await self.get("/actions", format="csv")).text))
        reaches("CSV", {row["id"]: row.get("budget") for row in table}[str(key)], "5000")
        for path, query in (("/actions", {"format": "xlsx"}), ("/exports/registry.xlsx", {})):
            book = (await self.get(path, **query)).content
            reaches(f"XLSX ({path})", {row["id"]: row.get("budget") for row in rows(book, "actions")}[key], 5000)
        with zipfile.ZipFile(io.BytesIO((await self.get("/exports/registry.zip")).content)) as package:
            reaches("the data package", b"budget" in package.read("data/actions.csv").splitlines()[0], True)
        file = self.folder / "exported.sqlite"
        file.write_bytes((await self.get("/exports/registry.sqlite")).content)
        stored = sqlite3.connect(file).execute("SELECT budget FROM actions WHERE id = ?", [key])
        reaches("the database that is exported", stored.fetchone(), (5000,))

    async def change(self) -> None:
        """Through a change, the history, its restoration and a release."""
        patched = await self.client.patch(f"{API}/actions/aa", json={"budget": 7000}, headers={"If-Match": "*"})
        reaches("a patch", patched.json()["budget"], 7000)
        (change,) = (await self.get("/actions/aa/history")).json()["items"][0]["changes"]
        reaches("history", change["differences"], [{"field": "budget", "before": 5000, "after": 7000}])
        reaches("a past version", await self.budget("/actions/aa/history/1"), 5000)
        restored = await self.client.post(f"{API}/actions/aa/history/1/restore", headers={"If-Match": "*"})
        reaches("a restoration", restored.json()["budget"], 5000)
        assert (await self.client.post(f"{API}/releases", json={"name": "one"})).status_code == 201
        reaches("a release", await self.budget("/actions/aa", release="one"), 5000)

    async def bring(self) -> None:
        """Through imports and their template."""
        sent = b"slug,title,budget\naa,Aa,9000\nbb,Bb,1\n"
        planned = await self.send(sent)
        reaches("a plan", [action["action"].get("budget") for action in planned], [9000, 1])
        differences = [one for one in planned[0]["differences"] if one["field"] == "budget"]
        reaches("its differences", differences, [{"field": "budget", "before": 5000, "after": 9000}])
        await self.send(sent, dry_run=False)
        reaches("an import", [await self.budget(f"/actions/{slug}") for slug in ("aa", "bb")], [9000, 1])
        await self.send(b"slug,title\naa,A2\n", dry_run=False)
        reaches("an import that doesn't name it", await self.budget("/actions/aa"), 9000)
        template = CalamineWorkbook.from_filelike(io.BytesIO((await self.get("/imports/template.xlsx")).content))
        reaches("the template", "budget" in template.get_sheet_by_name("actions").to_python()[0], True)


async def main(folder: Path) -> None:
    """Starts the service of this checkout."""
    app = create_app(Settings(database_url=f"sqlite:///{folder}/registry.db", bootstrap_key=KEY))
    headers = {"Authorization": f"Bearer {KEY}"}
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            walk = Walk(client, folder)
            await walk.read()
            await walk.change()
            await walk.bring()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
