"""A field is declared once: as a column, where it is written and where it is read. From there it reaches everything.

A copy of the checkout gets a field by the lines that `docs/recipes.md` names and nothing else, and is asked for it.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.schema import ROOT
from tests.conftest import Sqlite

MODEL = "    follows: Mapped[int | None] = mapped_column(ForeignKey"
WRITTEN = "    follows: Id | None = None\n"
READ = "    follows: int | None\n"
MIGRATION = '''"""Adds the budget."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("actions", sa.Column("budget", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("actions", "budget")
'''


def _add(path: Path, before: str, line: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(before) == 1, f"{path.name}: {before}"
    path.write_text(text.replace(before, line + before), "utf-8")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The checkout, in which actions have a budget."""
    for name in ("app", "migrations", "seed"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "alembic.ini"):
        shutil.copy(ROOT / name, tmp_path / name)
    _add(tmp_path / "app/actions/models.py", MODEL, "    budget: Mapped[int | None]\n")
    _add(
        tmp_path / "app/actions/schemas.py",
        WRITTEN,
        '    budget: Annotated[int, Field(ge=0)] | None = None\n    """In euros."""\n',
    )
    _add(tmp_path / "app/actions/schemas.py", READ, '    budget: int | None\n    """In euros."""\n')
    return tmp_path


def _run(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "MIEUX_DATABASE_URL": f"sqlite:///{folder}/registry.db"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_field_reaches_everything_by_being_declared_once(checkout: Path, sqlite_server: Sqlite) -> None:
    shutil.copy(sqlite_server.folder / "seeded.db", checkout / "registry.db")
    newest = max(path.stem for path in (checkout / "migrations/versions").glob("0*.py"))
    migration = MIGRATION.format(revision="9999", before=newest.partition("_")[0])
    (checkout / "migrations/versions/9999_budget.py").write_text(migration)
    _run(checkout, "-c", "from app.cli import main; main()", "migrate")
    shutil.copy(Path(__file__).parent / "added_field.py", checkout / "added_field.py")
    _run(checkout, "added_field.py", str(checkout))
