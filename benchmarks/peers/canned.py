"""The record in Datasette: its pages of tables, and canned queries that answer as much as the registry does."""

import json
import subprocess
from pathlib import Path

COUNTRIES = """(SELECT json_group_array(json_object('code', code, 'name', name)) FROM
    (SELECT c.code, c.name FROM action_countries l JOIN countries c ON c.code = l.country
     WHERE l.action = a.id ORDER BY l.position)) AS countries"""
THEMES = """(SELECT json_group_array(json_object('slug', slug, 'name', name)) FROM
    (SELECT t.slug, t.name FROM action_themes l JOIN themes t ON t.slug = l.theme
     WHERE l.action = a.id ORDER BY l.position)) AS themes"""
PARTNERS = """(SELECT json_group_array(json_object('id', id, 'name', name, 'acronym', acronym)) FROM
    (SELECT p.id, p.name, p.acronym FROM action_partners l JOIN partners p ON p.id = l.partner
     WHERE l.action = a.id ORDER BY l.position)) AS partners"""
COUNTS = ", ".join(
    f"(SELECT count(*) FROM {table} WHERE action = a.id) AS {table}_count"
    for table in ("activities", "deployments", "outputs")
)
ACTION = f"""a.id, a.slug, a.title, a.objective, a.summary, a.region, a.start, a.end,
    CASE WHEN a.start_first_day > date('now') THEN 'planned' WHEN a.end_last_day < date('now') THEN 'completed'
    ELSE 'ongoing' END AS status, a.follows, a.source, a.version, a.created_at, a.updated_at,
    {COUNTRIES}, {THEMES}, {PARTNERS}, {COUNTS}"""
WITH_THEME = "a.id IN (SELECT action FROM action_themes WHERE theme = :theme)"


def children(table: str, order: str, *columns: str) -> str:
    """The records of a table that belong to an action, as JSON."""
    pairs = ", ".join(f"'{column}', \"{column}\"" for column in columns)
    return f"""(SELECT json_group_array(json_object({pairs})) FROM
        (SELECT * FROM {table} WHERE action = a.id ORDER BY {order})) AS {table}"""


ACTIVITIES = children(
    "activities", "position, id", "id", "action", "position", "type", "title", "description", "start", "end", "place",
    "country", "sessions", "stated_status", "source_quote",
)  # fmt: skip
DEPLOYMENTS = children(
    "deployments", "id", "id", "action", "activity", "sending_country", "origin", "organisation_type", "organisation",
    "experts_count", "source_quote",
)  # fmt: skip
OUTPUTS = children("outputs", "id", "id", "action", "kind", "title", "languages", "published", "source_quote")

QUERIES = {
    "list": f"""SELECT {ACTION}, (SELECT count(*) FROM actions) AS total
        FROM actions a ORDER BY a.start_first_day DESC, a.id DESC LIMIT 20""",
    "detail": f"SELECT {ACTION}, {ACTIVITIES}, {DEPLOYMENTS}, {OUTPUTS} FROM actions a WHERE a.id = :id",
    "filtered": f"""SELECT {ACTION}, (SELECT count(*) FROM actions a WHERE {WITH_THEME}) AS total
        FROM actions a WHERE {WITH_THEME} ORDER BY a.start_first_day DESC, a.id DESC LIMIT 20""",
    "actions-per-theme": """SELECT t.slug, t.name, count(DISTINCT l.action) AS value
        FROM action_themes l JOIN themes t ON t.slug = l.theme GROUP BY t.slug ORDER BY value DESC""",
    # Without the dates of membership, which the registry's figure goes by.
    "deployments-per-member-state": """SELECT c.code, c.name, count(*) AS value FROM deployments d
        JOIN countries c ON c.code = d.sending_country WHERE c.eu_member_from IS NOT NULL
        GROUP BY c.code ORDER BY value DESC""",
    "themes-by-country": """SELECT t.theme, c.country, count(DISTINCT t.action) AS value FROM action_themes t
        JOIN action_countries c ON c.action = t.action GROUP BY t.theme, c.country""",
}


def command(datasette: Path, database: Path, port: int, folder: Path) -> list[str | Path]:
    """Datasette on the database, tuned: counts known beforehand, no suggested facets, a large cache, long tables."""
    inspected, metadata = folder / "inspected.json", folder / "metadata.json"
    subprocess.run([datasette, "inspect", database, "--inspect-file", inspected], check=True)
    queries = {name: {"sql": sql} for name, sql in QUERIES.items()}
    metadata.write_text(json.dumps({"databases": {database.stem: {"queries": queries}}}), "utf-8")
    settings = {
        "suggest_facets": "off",
        "sql_time_limit_ms": "60000",
        "cache_size_kb": "65536",
        "max_returned_rows": "100000",
    }
    options = [part for name, value in settings.items() for part in ("--setting", name, value)]
    files = ["--immutable", database, "--inspect-file", inspected, "--metadata", metadata]
    return [datasette, "serve", "--port", str(port), *files, *options]
