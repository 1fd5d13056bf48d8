"""The record and its history: actions and what belongs to them, what they refer to, keys and releases."""

from uuid import uuid4

from alembic import op
import sqlalchemy as sa


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("instant", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_name", sa.String(length=100), nullable=True),
        sa.Column("operation", sa.String(length=10), nullable=False),
        sa.Column("entity", sa.String(length=30), nullable=False),
        sa.Column("record", sa.String(length=100), nullable=False),
        sa.Column("root", sa.Integer(), nullable=True),
        sa.Column("root_version", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "operation IN ('create', 'update', 'delete', 'restore')", name=op.f("ck_changes_operation")
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_changes")),
    )
    with op.batch_alter_table("changes") as batch_op:
        batch_op.create_index("ix_changes_entity_record", ["entity", "record"], unique=False)
        batch_op.create_index("ix_changes_root_root_version", ["root", "root_version"], unique=False)

    op.create_table(
        "countries",
        sa.Column(
            "code",
            sa.String(length=2).with_variant(sa.String(length=2, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "name",
            sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("subregion", sa.String(length=3), nullable=True),
        sa.Column("eu_member_from", sa.Date(), nullable=True),
        sa.Column("eu_member_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "eu_member_until IS NULL OR eu_member_until >= eu_member_from",
            name=op.f("ck_countries_membership"),
        ),
        sa.CheckConstraint("length(code) = 2", name=op.f("ck_countries_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_countries")),
        sa.UniqueConstraint("name", name=op.f("uq_countries_name")),
    )
    with op.batch_alter_table("countries") as batch_op:
        batch_op.create_index(batch_op.f("ix_countries_subregion"), ["subregion"], unique=False)

    op.create_table(
        "keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('reader', 'editor', 'admin')", name=op.f("ck_keys_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
        sa.UniqueConstraint("name", name=op.f("uq_keys_name")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_keys_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "title",
            sa.String(length=300).with_variant(sa.String(length=300, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("region", sa.String(length=30), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "region IS NULL OR region IN ('asia', 'eastern-europe', 'latin-america', 'middle-east-north-africa', 'sub-saharan-africa')",
            name=op.f("ck_publications_region"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("publications") as batch_op:
        batch_op.create_index(batch_op.f("ix_publications_region"), ["region"], unique=False)

    op.create_table(
        "registry_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("labels_sequence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_registry_state_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_state")),
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("name", name=op.f("uq_releases_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "title",
            sa.String(length=300).with_variant(sa.String(length=300, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("publisher", sa.String(length=300), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("as_of", sa.String(length=10), nullable=True),
        sa.Column("funder", sa.String(length=300), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "themes",
        sa.Column(
            "slug",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "name",
            sa.String(length=300).with_variant(sa.String(length=300, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("pillar", sa.String(length=50), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "pillar IN ('irregular-migration-and-trafficking', 'legal-migration-and-mobility', 'international-protection-and-asylum', 'migration-and-development', 'horizontal')",
            name=op.f("ck_themes_pillar"),
        ),
        sa.CheckConstraint("length(slug) > 0", name=op.f("ck_themes_slug")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_themes")),
        sa.UniqueConstraint("name", name=op.f("uq_themes_name")),
    )
    with op.batch_alter_table("themes") as batch_op:
        batch_op.create_index(batch_op.f("ix_themes_pillar"), ["pillar"], unique=False)

    op.create_table(
        "actions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "slug",
            sa.String(length=100).with_variant(sa.String(length=100, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "title",
            sa.String(length=300).with_variant(sa.String(length=300, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("objective", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("region", sa.String(length=30), nullable=True),
        sa.Column("start", sa.String(length=10), nullable=True),
        sa.Column("start_first_day", sa.Date(), nullable=False),
        sa.Column("start_last_day", sa.Date(), nullable=False),
        sa.Column("end", sa.String(length=10), nullable=True),
        sa.Column("end_first_day", sa.Date(), nullable=False),
        sa.Column("end_last_day", sa.Date(), nullable=False),
        sa.Column(
            "start_year",
            sa.Integer(),
            sa.Computed("CAST(substr(start, 1, 4) AS INTEGER)", persisted=True),
            nullable=True,
        ),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("source", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "region IS NULL OR region IN ('asia', 'eastern-europe', 'latin-america', 'middle-east-north-africa', 'sub-saharan-africa')",
            name=op.f("ck_actions_region"),
        ),
        sa.CheckConstraint("end_first_day <= end_last_day", name=op.f("ck_actions_end")),
        sa.CheckConstraint("follows <> id", name=op.f("ck_actions_follows_another")),
        sa.CheckConstraint("length(title) > 0", name=op.f("ck_actions_title")),
        sa.CheckConstraint("start_first_day <= end_last_day", name=op.f("ck_actions_dates_in_order")),
        sa.CheckConstraint("start_first_day <= start_last_day", name=op.f("ck_actions_start")),
        sa.ForeignKeyConstraint(["follows"], ["actions.id"], name=op.f("fk_actions_follows_actions")),
        sa.ForeignKeyConstraint(["source"], ["sources.id"], name=op.f("fk_actions_source_sources")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actions")),
        sa.UniqueConstraint("slug", name=op.f("uq_actions_slug")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("actions") as batch_op:
        batch_op.create_index("ix_actions_end_last_day_id", ["end_last_day", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_actions_follows"), ["follows"], unique=False)
        batch_op.create_index(batch_op.f("ix_actions_region"), ["region"], unique=False)
        batch_op.create_index(batch_op.f("ix_actions_source"), ["source"], unique=False)
        batch_op.create_index("ix_actions_start_first_day_id", ["start_first_day", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_actions_start_year"), ["start_year"], unique=False)

    op.create_table(
        "done_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["key"], ["keys.id"], name=op.f("fk_done_requests_key_keys"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_done_requests")),
        sa.UniqueConstraint("key", "name", name=op.f("uq_done_requests_key_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("done_requests") as batch_op:
        batch_op.create_index(batch_op.f("ix_done_requests_created_at"), ["created_at"], unique=False)

    op.create_table(
        "partners",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "name",
            sa.String(length=300).with_variant(sa.String(length=300, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("acronym", sa.String(length=30), nullable=True),
        sa.Column(
            "country",
            sa.String(length=2).with_variant(sa.String(length=2, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["country"], ["countries.code"], name=op.f("fk_partners_country_countries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
        sa.UniqueConstraint("name", name=op.f("uq_partners_name")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("partners") as batch_op:
        batch_op.create_index(batch_op.f("ix_partners_country"), ["country"], unique=False)

    op.create_table(
        "action_countries",
        sa.Column("action", sa.Integer(), nullable=False),
        sa.Column(
            "country",
            sa.String(length=2).with_variant(sa.String(length=2, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action"], ["actions.id"], name=op.f("fk_action_countries_action_actions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["country"], ["countries.code"], name=op.f("fk_action_countries_country_countries")
        ),
        sa.PrimaryKeyConstraint("action", "country", name=op.f("pk_action_countries")),
    )
    with op.batch_alter_table("action_countries") as batch_op:
        batch_op.create_index(batch_op.f("ix_action_countries_country"), ["country"], unique=False)

    op.create_table(
        "action_partners",
        sa.Column("action", sa.Integer(), nullable=False),
        sa.Column("partner", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action"], ["actions.id"], name=op.f("fk_action_partners_action_actions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner"], ["partners.id"], name=op.f("fk_action_partners_partner_partners")
        ),
        sa.PrimaryKeyConstraint("action", "partner", name=op.f("pk_action_partners")),
    )
    with op.batch_alter_table("action_partners") as batch_op:
        batch_op.create_index(batch_op.f("ix_action_partners_partner"), ["partner"], unique=False)

    op.create_table(
        "action_texts",
        sa.Column("action", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action"], ["actions.id"], name=op.f("fk_action_texts_action_actions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("action", name=op.f("pk_action_texts")),
    )
    op.create_table(
        "action_themes",
        sa.Column("action", sa.Integer(), nullable=False),
        sa.Column(
            "theme",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action"], ["actions.id"], name=op.f("fk_action_themes_action_actions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["theme"], ["themes.slug"], name=op.f("fk_action_themes_theme_themes")),
        sa.PrimaryKeyConstraint("action", "theme", name=op.f("pk_action_themes")),
    )
    with op.batch_alter_table("action_themes") as batch_op:
        batch_op.create_index(batch_op.f("ix_action_themes_theme"), ["theme"], unique=False)

    op.create_table(
        "activities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=30), nullable=False),
        sa.Column(
            "title",
            sa.String(length=300).with_variant(sa.String(length=300, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("start", sa.String(length=10), nullable=True),
        sa.Column("start_first_day", sa.Date(), nullable=False),
        sa.Column("start_last_day", sa.Date(), nullable=False),
        sa.Column("end", sa.String(length=10), nullable=True),
        sa.Column("end_first_day", sa.Date(), nullable=False),
        sa.Column("end_last_day", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=True),
        sa.Column(
            "country",
            sa.String(length=2).with_variant(sa.String(length=2, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("stated_status", sa.String(length=10), nullable=True),
        sa.Column("source_quote", sa.Text(), nullable=True),
        sa.Column("action", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "stated_status IS NULL OR stated_status IN ('planned', 'ongoing', 'completed')",
            name=op.f("ck_activities_stated_status"),
        ),
        sa.CheckConstraint(
            "type IN ('fact-finding-mission', 'assessment-mission', 'scoping-mission', 'training', 'training-of-trainers', 'study-visit', 'workshop', 'seminar', 'conference', 'information-session', 'knowledge-exchange', 'round-table', 'consultation', 'expert-visit', 'planning-session', 'campaign', 'drafting', 'other')",
            name=op.f("ck_activities_type"),
        ),
        sa.CheckConstraint("end_first_day <= end_last_day", name=op.f("ck_activities_end")),
        sa.CheckConstraint("position > 0", name=op.f("ck_activities_position")),
        sa.CheckConstraint("sessions > 0", name=op.f("ck_activities_sessions")),
        sa.CheckConstraint("start_first_day <= end_last_day", name=op.f("ck_activities_dates_in_order")),
        sa.CheckConstraint("start_first_day <= start_last_day", name=op.f("ck_activities_start")),
        sa.ForeignKeyConstraint(
            ["action"], ["actions.id"], name=op.f("fk_activities_action_actions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["country"], ["countries.code"], name=op.f("fk_activities_country_countries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sa.UniqueConstraint("id", "action", name=op.f("uq_activities_id_action")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("activities") as batch_op:
        batch_op.create_index(batch_op.f("ix_activities_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_activities_country"), ["country"], unique=False)
        batch_op.create_index("ix_activities_start_first_day_id", ["start_first_day", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activities_type"), ["type"], unique=False)

    op.create_table(
        "outputs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "title",
            sa.String(length=300).with_variant(sa.String(length=300, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("published", sa.String(length=10), nullable=True),
        sa.Column("published_first_day", sa.Date(), nullable=False),
        sa.Column("published_last_day", sa.Date(), nullable=False),
        sa.Column("source_quote", sa.Text(), nullable=True),
        sa.Column("action", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('report', 'roadmap', 'handbook', 'strategy', 'policy', 'guidelines', 'resource-book', 'film', 'campaign-material', 'training-material', 'other')",
            name=op.f("ck_outputs_kind"),
        ),
        sa.CheckConstraint("published_first_day <= published_last_day", name=op.f("ck_outputs_published")),
        sa.ForeignKeyConstraint(
            ["action"], ["actions.id"], name=op.f("fk_outputs_action_actions"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outputs")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outputs") as batch_op:
        batch_op.create_index(batch_op.f("ix_outputs_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_outputs_kind"), ["kind"], unique=False)

    op.create_table(
        "deployments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity", sa.Integer(), nullable=True),
        sa.Column(
            "sending_country",
            sa.String(length=2).with_variant(sa.String(length=2, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("origin", sa.String(length=300), nullable=True),
        sa.Column("organisation_type", sa.String(length=30), nullable=False),
        sa.Column("organisation", sa.String(length=300), nullable=True),
        sa.Column("experts_count", sa.Integer(), nullable=True),
        sa.Column("source_quote", sa.Text(), nullable=True),
        sa.Column("action", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "organisation_type IN ('national-administration', 'academia', 'ngo', 'private-consultant', 'international-organisation', 'eu-body', 'unspecified')",
            name=op.f("ck_deployments_organisation_type"),
        ),
        sa.CheckConstraint(
            "experts_count IS NULL OR experts_count > 0", name=op.f("ck_deployments_experts_count")
        ),
        sa.ForeignKeyConstraint(
            ["action"], ["actions.id"], name=op.f("fk_deployments_action_actions"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["activity", "action"],
            ["activities.id", "activities.action"],
            name=op.f("fk_deployments_activity_action_activities"),
        ),
        sa.ForeignKeyConstraint(
            ["sending_country"], ["countries.code"], name=op.f("fk_deployments_sending_country_countries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deployments") as batch_op:
        batch_op.create_index(batch_op.f("ix_deployments_action"), ["action"], unique=False)
        batch_op.create_index("ix_deployments_activity_action", ["activity", "action"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_deployments_organisation_type"), ["organisation_type"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_deployments_sending_country"), ["sending_country"], unique=False)
    op.execute(f"INSERT INTO registry_state (id, epoch, sequence, labels_sequence) VALUES (1, '{uuid4().hex}', 0, 0)")


def downgrade() -> None:
    with op.batch_alter_table("deployments") as batch_op:
        batch_op.drop_index(batch_op.f("ix_deployments_sending_country"))
        batch_op.drop_index(batch_op.f("ix_deployments_organisation_type"))
        batch_op.drop_index("ix_deployments_activity_action")
        batch_op.drop_index(batch_op.f("ix_deployments_action"))

    op.drop_table("deployments")
    with op.batch_alter_table("outputs") as batch_op:
        batch_op.drop_index(batch_op.f("ix_outputs_kind"))
        batch_op.drop_index(batch_op.f("ix_outputs_action"))

    op.drop_table("outputs")
    with op.batch_alter_table("activities") as batch_op:
        batch_op.drop_index(batch_op.f("ix_activities_type"))
        batch_op.drop_index("ix_activities_start_first_day_id")
        batch_op.drop_index(batch_op.f("ix_activities_country"))
        batch_op.drop_index(batch_op.f("ix_activities_action"))

    op.drop_table("activities")
    with op.batch_alter_table("action_themes") as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_themes_theme"))

    op.drop_table("action_themes")
    op.drop_table("action_texts")
    with op.batch_alter_table("action_partners") as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_partners_partner"))

    op.drop_table("action_partners")
    with op.batch_alter_table("action_countries") as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_countries_country"))

    op.drop_table("action_countries")
    with op.batch_alter_table("partners") as batch_op:
        batch_op.drop_index(batch_op.f("ix_partners_country"))

    op.drop_table("partners")
    with op.batch_alter_table("done_requests") as batch_op:
        batch_op.drop_index(batch_op.f("ix_done_requests_created_at"))

    op.drop_table("done_requests")
    with op.batch_alter_table("actions") as batch_op:
        batch_op.drop_index(batch_op.f("ix_actions_start_year"))
        batch_op.drop_index("ix_actions_start_first_day_id")
        batch_op.drop_index(batch_op.f("ix_actions_source"))
        batch_op.drop_index(batch_op.f("ix_actions_region"))
        batch_op.drop_index(batch_op.f("ix_actions_follows"))
        batch_op.drop_index("ix_actions_end_last_day_id")

    op.drop_table("actions")
    with op.batch_alter_table("themes") as batch_op:
        batch_op.drop_index(batch_op.f("ix_themes_pillar"))

    op.drop_table("themes")
    op.drop_table("sources")
    op.drop_table("releases")
    op.drop_table("registry_state")
    with op.batch_alter_table("publications") as batch_op:
        batch_op.drop_index(batch_op.f("ix_publications_region"))

    op.drop_table("publications")
    op.drop_table("keys")
    with op.batch_alter_table("countries") as batch_op:
        batch_op.drop_index(batch_op.f("ix_countries_subregion"))

    op.drop_table("countries")
    with op.batch_alter_table("changes") as batch_op:
        batch_op.drop_index("ix_changes_root_root_version")
        batch_op.drop_index("ix_changes_entity_record")

    op.drop_table("changes")
