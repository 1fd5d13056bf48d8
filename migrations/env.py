"""Alembic's environment: runs on the connection that the service hands over, or on the settings' database."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from app.core.database import create_engine
from app.core.text_search.engines import belongs_to_index
from app.settings import Settings
from app.tables import metadata


def run(connection: Connection) -> None:
    """Runs the migrations on a connection, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_server_default=True,
        include_object=lambda _item, name, *_: not belongs_to_index(name),
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_on_settings() -> None:
    """For Alembic's own command."""
    engine = create_engine(Settings().database_url)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


handed_over = context.config.attributes.get("connection")
if handed_over is None:
    asyncio.run(run_on_settings())
else:
    run(handed_over)
