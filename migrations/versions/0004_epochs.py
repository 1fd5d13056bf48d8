"""Which numbers of changes stand for different changes in different epochs."""

from alembic import op
import sqlalchemy as sa


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("registry_state") as batch_op:
        batch_op.add_column(sa.Column("ambiguous_after", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("ambiguous_until", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("former_epochs", sa.Text(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("registry_state") as batch_op:
        batch_op.drop_column("former_epochs")
        batch_op.drop_column("ambiguous_until")
        batch_op.drop_column("ambiguous_after")
