"""The table of imports: each plan as it was shown, until it is committed and after."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base, Instant, now


class Import(Base):
    """A file with what it records, or would record."""

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'committed')", name="state"),
        {"sqlite_autoincrement": True, "info": {"noun": "import"}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Instant, default=now, index=True)
    key_name: Mapped[str | None] = mapped_column(String(100))
    file_name: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    format: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    committed_at: Mapped[datetime | None] = mapped_column(Instant)
    source: Mapped[dict[str, Any]] = mapped_column(JSON)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
    # References and problems of the file as a whole.
    rest: Mapped[dict[str, Any]] = mapped_column(JSON)
    # The planned actions, one on each line, compressed: a page of thousands is read and written piece by piece.
    actions: Mapped[bytes] = mapped_column(LargeBinary)
