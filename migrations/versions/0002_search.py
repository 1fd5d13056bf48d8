"""Search: the words of each record, the indexes that look them up, and the words that may be suggested.

The documents themselves are written by the service after the migration: see `app/search/upkeep.py`.
"""

from alembic import op
import sqlalchemy as sa


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FORGET = """
    INSERT INTO search_index (search_index, rowid, heading, terms) VALUES ('delete', old.id, old.heading, old.terms);
"""
NOTE = """
    INSERT INTO search_index (rowid, heading, terms) VALUES (new.id, new.heading, new.terms);
"""
SQLITE = (
    """
    CREATE VIRTUAL TABLE search_index USING fts5(
        heading, terms, content='search_documents', content_rowid='id', detail=column, tokenize="ascii tokenchars '=_'"
    )
    """,
    f"CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN {NOTE} END",
    f"CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN {FORGET} END",
    f"CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents BEGIN {FORGET} {NOTE} END",
)
POSTGRESQL = (
    "ALTER TABLE search_documents ADD COLUMN heading_vector tsvector "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(heading, ' '))) STORED",
    "ALTER TABLE search_documents ADD COLUMN terms_vector tsvector "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED",
    "CREATE INDEX ix_search_documents_terms_vector ON search_documents USING gin (terms_vector)",
)


def _line(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(sa.String(length=length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "search_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _line(20), nullable=False),
        sa.Column("record", sa.Integer(), nullable=False),
        sa.Column("root", sa.Integer(), nullable=True),
        sa.Column("recency", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("stems", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_documents")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_documents_kind_record", "search_documents", ["kind", "record"], unique=True)
    op.create_index("ix_search_documents_root", "search_documents", ["root"])
    op.create_table(
        "search_terms",
        sa.Column("term", _line(64), nullable=False),
        sa.PrimaryKeyConstraint("term", name=op.f("pk_search_terms")),
    )
    op.create_table(
        "search_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rules", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_search_state_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_state")),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
    op.drop_table("action_texts")


def downgrade() -> None:
    op.create_table(
        "action_texts",
        sa.Column("action", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action"], ["actions.id"], name=op.f("fk_action_texts_action_actions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("action", name=op.f("pk_action_texts")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_state")
    op.drop_table("search_terms")
    op.drop_table("search_documents")
