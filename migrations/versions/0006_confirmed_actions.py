"""Until when the state of actions is known: as stated, and as it follows from their sources."""

import calendar
from datetime import date

from alembic import op
import sqlalchemy as sa


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _last_day(as_of: str) -> date:
    year, month, day = [*map(int, as_of.split("-")), None, None][:3]
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


def upgrade() -> None:
    op.add_column("actions", sa.Column("confirmed_on", sa.String(10), nullable=True))
    op.add_column("actions", sa.Column("vouched_for", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("actions", sa.Column("confirmed_last_day", sa.Date(), server_default="9999-12-31", nullable=False))
    connection = op.get_bind()
    sources = sa.table("sources", sa.column("id"), sa.column("as_of"))
    actions = sa.table("actions", sa.column("source"), sa.column("confirmed_last_day", sa.Date()))
    dated = connection.execute(sa.select(sources.c.id, sources.c.as_of).where(sources.c.as_of.is_not(None)))
    for source, as_of in dated.all():
        statement = actions.update().where(actions.c.source == source)
        connection.execute(statement.values(confirmed_last_day=_last_day(as_of)))


def downgrade() -> None:
    op.drop_column("actions", "confirmed_last_day")
    op.drop_column("actions", "vouched_for")
    op.drop_column("actions", "confirmed_on")
