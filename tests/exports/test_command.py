"""`mieux export`: the same files as the service gives, without one."""

import csv
from pathlib import Path

import pytest
from lxml import etree

from tests.running.service import mieux


def test_exports_are_written_whole_or_not_at_all(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert mieux(database_url, "export", "as_of=2020-01-01", "country=PH").returncode == 0
    assert mieux(database_url, "export", "--format", "iati", "--output", "iati.xml").returncode == 0
    assert mieux(database_url, "export", "--of", "actions-per-theme", "--format", "jsonstat").returncode == 0
    written = {path.name.rpartition("_20")[0] or path.name for path in tmp_path.iterdir()}
    assert written == {"registry_country-PH", "iati.xml", "actions-per-theme"}
    assert len(etree.parse(tmp_path / "iati.xml").getroot()) == 17
    rows = mieux(database_url, "export", "--format", "csv", "unit=country", "country=PH", "--output", "-").stdout
    assert [row["country"] for row in csv.DictReader(rows.splitlines())] == ["PH", "PH", "PH"]
    for arguments, told in (
        (["country=QQ"], "country: 'QQ' is not a value"),
        (["country"], "'country' is no filter"),
        (["--format", "pdf"], "format: 'pdf'"),
        (["--format", "json"], "ndjson"),
        (["--of", "nonsense"], "no list or figure 'nonsense'"),
    ):
        refused = mieux(database_url, "export", *arguments, "--output", "refused")
        assert refused.returncode == 1
        assert told in refused.stderr
    assert len(list(tmp_path.iterdir())) == 3  # nothing half-written stays behind
