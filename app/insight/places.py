"""How many figures are computed at once: they take the processor, and a connection to the database, for longer than a
list or a record does, and must leave both to those."""

from collections.abc import AsyncIterator

from fastapi import Depends, Request

from app.core.limits import Places, client_of

# A page may show a dozen figures, so a client's requests wait for each other.
FIGURES = Places("figures", total=4, per_client=3, waiting=60)


async def _hold(request: Request) -> AsyncIterator[None]:
    async with FIGURES.hold(client_of(request)):
        yield


# As a dependency of the router it comes before the connection, so that who waits holds none.
FIGURE_PLACE = Depends(_hold, scope="function")
