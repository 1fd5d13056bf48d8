"""`mieux import`: the plan in the terminal, and its exit code."""

import json
from pathlib import Path

from tests.imports.sending import named
from tests.running.service import mieux


def test_a_file_is_shown_then_recorded_then_unchanged(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "ghana.json"
    file.write_text(json.dumps([named("told")]))
    shown = mieux(database_url, "import", str(file), "--source", "A page")
    assert shown.returncode == 0, shown.stderr
    assert "create" in shown.stdout
    assert "Nothing was recorded" in shown.stdout
    assert "1 create." in mieux(database_url, "import", str(file), "--source", "A page", "--commit").stdout
    assert "1 unchanged." in mieux(database_url, "import", str(file), "--source", "A page", "--commit").stdout

    file.write_text(json.dumps([named("told", end="2015-08"), named("wrong", start="soon")]))
    conflicting = mieux(database_url, "import", str(file), "--source", "A report")
    assert conflicting.returncode == 1
    assert "told/end" in conflicting.stdout
    assert "soon" in conflicting.stdout
    refused = mieux(database_url, "import", str(file), "--source", "A report", "--commit")
    assert (refused.returncode, "on_reject=skip" in refused.stderr) == (1, True)
    chosen = ("--choose", "told/end=new", "--on-reject", "skip", "--commit")
    skipped = mieux(database_url, "import", str(file), "--source", "A report", *chosen)
    assert (skipped.returncode, "Recorded as import" in skipped.stdout) == (1, True)


def test_what_cant_be_read_is_said_and_nothing_is_shown(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "half.json"
    file.write_text('[{"title": "Togo')
    broken = mieux(database_url, "import", str(file))
    assert (broken.returncode, broken.stdout) == (1, "")
    assert "cut off" in broken.stderr
    assert mieux(database_url, "import", str(tmp_path / "nothing.json")).returncode == 2
    file.write_text("[]")
    assert mieux(database_url, "import", str(file), "--prefer", "mine").returncode == 1


def test_what_was_met_in_a_file_is_said_and_what_may_be_the_same_is_asked(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    header = "title,countries,start,objective,colour\n"
    file.write_text(f"{header}Nepal: Border Management,NP,01.05.2016,To help.,red\nNepal: Visas,NP,2016,#REF!,\n")
    shown = mieux(database_url, "import", str(file))
    said = " ".join(shown.stdout.replace("\u2502", " ").split())
    for words in ("'colour' is not read", "was read as the day 2016-05-01", "the error value #REF!"):
        assert words in said, said
    assert shown.returncode == 1
    mieux(database_url, "import", str(file), "--on-reject", "skip", "--commit")

    file.write_text(f"{header}Nepal: Border Control,NP,2016-05-01,To help.,\n")
    asked = mieux(database_url, "import", str(file))
    assert (asked.returncode, "? nepal-border-management/same" in asked.stdout) == (1, True)
    chosen = mieux(database_url, "import", str(file), "--choose", "nepal-border-management/same=new", "--commit")
    assert (chosen.returncode, "1 create." in chosen.stdout) == (0, True)
