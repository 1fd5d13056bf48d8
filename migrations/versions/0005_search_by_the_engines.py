"""Search by the databases' own engines: the words of each record once, with FTS5 or a tsvector over them.

The documents are written by the service after the migration, up or down: see `app/search/upkeep.py`.
"""

from alembic import op
import sqlalchemy as sa


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


TEXTS = ("title", "names", "body", "parts")
OLD_TEXTS = ("heading", "terms", "words", "stems")


def _index(columns: tuple[str, ...], content: str, options: str, value: str = "{}") -> tuple[str, ...]:
    names = ", ".join(columns)
    old, new = (", ".join(value.format(f"{row}.{column}") for column in columns) for row in ("old", "new"))
    forget = f"INSERT INTO search_index (search_index, rowid, {names}) VALUES ('delete', old.id, {old});"
    note = f"INSERT INTO search_index (rowid, {names}) VALUES (new.id, {new});"
    return (
        f"CREATE VIRTUAL TABLE search_index USING fts5({names}, content='{content}', content_rowid='id', {options})",
        f"CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN {note} END",
        f"CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN {forget} END",
        f"CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents BEGIN {forget} {note} END",
    )


VECTOR = " || ".join(
    f"setweight(to_tsvector('mieux_search', {column}), '{weight}')"
    for column, weight in (("title", "A"), ("names", "B"), ("body", "C"), ("parts", "D"))
)
# The words are stemmed as FTS5 does it, and all of them count: what is left out of a query is decided by the service.
CONFIGURATION = (
    "CREATE TEXT SEARCH DICTIONARY mieux_porter (TEMPLATE = snowball, LANGUAGE = porter)",
    "CREATE TEXT SEARCH CONFIGURATION mieux_search (PARSER = default)",
    "ALTER TEXT SEARCH CONFIGURATION mieux_search ADD MAPPING FOR asciiword, word WITH mieux_porter",
    "ALTER TEXT SEARCH CONFIGURATION mieux_search ADD MAPPING FOR numword, int, uint, float, sfloat WITH simple",
)
NEW = {
    # The service gives SQLite the function `decompressed`: long texts are stored compressed.
    "sqlite": (
        f"CREATE VIEW search_texts AS SELECT id, {', '.join(f'decompressed({column}) AS {column}' for column in TEXTS)} "
        "FROM search_documents",
        *_index(TEXTS, "search_texts", "tokenize='porter unicode61 remove_diacritics 2'", "decompressed({})"),
    ),
    "postgresql": (
        *CONFIGURATION,
        f"ALTER TABLE search_documents ADD COLUMN words_vector tsvector GENERATED ALWAYS AS ({VECTOR}) STORED",
        "CREATE INDEX ix_search_documents_words_vector ON search_documents USING gin (words_vector)",
    ),
}
OLD = {
    "sqlite": _index(OLD_TEXTS[:2], "search_documents", """detail=column, tokenize="ascii tokenchars '=_'" """),
    "postgresql": (
        "ALTER TABLE search_documents ADD COLUMN heading_vector tsvector "
        "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(heading, ' '))) STORED",
        "ALTER TABLE search_documents ADD COLUMN terms_vector tsvector "
        "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(terms, ' '))) STORED",
        "CREATE INDEX ix_search_documents_terms_vector ON search_documents USING gin (terms_vector)",
    ),
}


def _replace(columns: list[sa.Column], statements: dict[str, tuple[str, ...]], **options: bool) -> None:
    name = op.get_bind().dialect.name
    if name == "sqlite":
        op.execute("DROP TABLE search_index")
        op.execute("DROP VIEW IF EXISTS search_texts")
    op.drop_table("search_documents")
    op.create_table(
        "search_documents", *columns, sa.PrimaryKeyConstraint("id", name=op.f("pk_search_documents")), **options
    )
    op.create_index("ix_search_documents_kind_record", "search_documents", ["kind", "record"], unique=True)
    for statement in statements[name]:
        op.execute(statement)
    op.execute("DELETE FROM search_terms")
    op.execute("DELETE FROM search_state")


def _line(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(sa.String(length=length, collation="C"), "postgresql")


def upgrade() -> None:
    texts = [sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False) for name in TEXTS]
    _replace(
        [
            sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
            sa.Column("kind", sa.Integer(), nullable=False),
            sa.Column("record", sa.Integer(), nullable=False),
            *texts,
        ],
        NEW,
    )
    op.add_column("search_terms", sa.Column("stem", _line(64), server_default=sa.text("''"), nullable=False))
    op.create_index("ix_search_terms_stem", "search_terms", ["stem"])


def downgrade() -> None:
    op.drop_index("ix_search_terms_stem", "search_terms")
    with op.batch_alter_table("search_terms") as terms:
        terms.drop_column("stem")
    texts = [sa.Column(name, sa.Text(), nullable=False) for name in OLD_TEXTS]
    _replace(
        [
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("kind", _line(20), nullable=False),
            sa.Column("record", sa.Integer(), nullable=False),
            sa.Column("root", sa.Integer(), nullable=True),
            sa.Column("recency", sa.Integer(), nullable=False),
            *texts,
        ],
        OLD,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_documents_root", "search_documents", ["root"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TEXT SEARCH CONFIGURATION mieux_search")
        op.execute("DROP TEXT SEARCH DICTIONARY mieux_porter")
