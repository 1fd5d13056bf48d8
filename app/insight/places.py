"""How many figures are computed at once: they take the processor, and a connection to the database, for longer than a
list or a record does, and must leave both to those. Summaries are as small as the record's vocabularies, so they don't
wait for figures, which may have thousands of cells."""

from collections.abc import AsyncIterator

from fastapi import Depends, Request, params

from app.core.limits import Places, client_of

# A page may show a dozen figures, so a client's requests wait for each other.
FIGURES = Places("figures", total=2, per_client=1, waiting=60)
SUMMARIES = Places("summaries", total=4, per_client=2, waiting=60)


def place_among(places: Places) -> params.Depends:
    """A dependency that holds a place for a request. As one of the router it comes before the connection, so that who
    waits holds none."""

    async def hold(request: Request) -> AsyncIterator[None]:
        async with places.hold(client_of(request)):
            yield

    dependency: params.Depends = Depends(hold, scope="function")
    return dependency
