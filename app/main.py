"""The application: everything is put together here, and nothing imports it."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress

from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware import Middleware
from starlette_compress import add_compress_type

from app import description, problem_pages
from app.actions.children import router as children
from app.actions.routes import router as actions
from app.activities.routes import router as activities
from app.api_index import add_index
from app.core import health, idempotency, problem_handlers
from app.core.caching import SOFTWARE, STATE
from app.core.database import Database
from app.core.edge.admission import AdmissionMiddleware, HeadBounds
from app.core.edge.compression import CompressionMiddleware
from app.core.edge.connections import ConnectionLimits, Connections
from app.core.edge.cross_origin import cross_origin
from app.core.edge.early_answers import EarlyAnswers
from app.core.edge.layers import enclose
from app.core.edge.outermost import OutermostLayer
from app.core.edge.proxies import TrustedProxies, read_networks
from app.core.edge.response_cache import ResponseCache
from app.core.edge.security_headers import SecurityHeaders
from app.core.edge.standby_reads import StandbyReads
from app.core.formats.files import DiskSpace
from app.core.formats.negotiation import CSV, JSONSTAT, NDJSON
from app.core.formats.provenance import Provenance
from app.core.head import HeadMiddleware
from app.core.index.following import Index
from app.core.latest_state import LatestState
from app.core.listing import API
from app.core.metrics import state_build
from app.core.monitoring import METRICS_PATH, metrics_endpoint, served_apart
from app.core.parameters import check_request
from app.core.rates import Rate, Rates
from app.core.read_operations import ReadOperations
from app.core.security import WrongKeys
from app.core.stopping import watch_signals
from app.core.timeouts import Timeouts
from app.costs import is_costly
from app.deployments.routes import router as deployments
from app.docs import mount_docs
from app.explorer.routes import mount_explorer
from app.exports.routes import portal
from app.exports.routes import router as exports
from app.history.routes import changes, history
from app.history.stream import ChangeStream
from app.imports.routes import router as imports
from app.insight.facets import router as facets
from app.insight.headline import router as headline
from app.insight.routes import router as aggregates
from app.insight.search.routes import router as search
from app.keys.bootstrap import ensure_bootstrap_key
from app.keys.routes import router as keys
from app.listeners import install_listeners
from app.outputs.routes import router as outputs
from app.reference import routes as reference
from app.reference.partners import router as partners
from app.reference.publications import router as publications
from app.reference.sources import router as sources
from app.reference.themes import router as themes
from app.releases.routes import router as releases
from app.releases.store import OpenReleases
from app.schema import check_schema, newest_revision
from app.selection.graph import RECORD
from app.settings import Settings, read_settings

MAX_BODY = 2 * 1024 * 1024


def _connection_limits(settings: Settings) -> ConnectionLimits:
    return ConnectionLimits(
        total=settings.max_connections,
        per_client=settings.max_connections_per_client,
        head_bytes=settings.max_address_bytes + settings.max_header_bytes,
        head_seconds=settings.head_timeout,
        body_seconds=settings.body_timeout,
        body_rate=settings.body_rate,
        send_seconds=settings.send_timeout,
    )


def _set_bounds(app: FastAPI, settings: Settings, database: Database) -> None:
    """What clients may take of this process."""
    app.state.disk_space = DiskSpace(settings.download_space_mb * 1024 * 1024)
    app.state.wrong_keys = WrongKeys(Rate("wrong-keys", settings.rate_wrong_keys), database)
    app.state.rates = Rates(
        reads=Rate("reads", settings.rate_reads),
        writes=Rate("writes", settings.rate_writes),
        costly=Rate("costly-requests", settings.rate_costly),
    )


def serve_app() -> FastAPI:
    """The application for a process that does nothing else: what the start has made stays, so the garbage collector
    need never look through it again."""
    app = create_app()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # the many objects of a large request go without the collector
    gc.enable()
    # A thread that computes lets the event loop go on after that time, each time that it waits; several of them keep it
    # waiting several times as long. To change threads that often costs nothing that can be measured.
    sys.setswitchinterval(0.0002)
    return app


def _metrics_apart(settings: Settings, database: Database) -> AbstractAsyncContextManager[None]:
    if settings.metrics_port is None:
        return nullcontext()
    return served_apart(database, settings.host, settings.metrics_port, settings.metrics_key)


@asynccontextmanager
async def _index_built(index: Index, database: Database) -> AsyncIterator[None]:
    """Builds the index while the service starts; where that fails, the first request builds it, or says why not."""

    async def build() -> None:
        with suppress(SQLAlchemyError, OSError):
            await index.build(database)

    building = asyncio.create_task(build())
    try:
        yield
    finally:
        await asyncio.wait([building], timeout=1)  # a driver's thread that is given up may outlive the event loop
        building.cancel()
        await asyncio.wait([building])


def _open_database(settings: Settings) -> Database:
    wait = settings.database_wait_timeout
    return Database(
        settings.database_url,
        settings.database_read_url,
        Timeouts(wait, settings.database_statement_timeout, idle=60),
        long=Timeouts(wait, settings.database_long_statement_timeout, idle=600),
        max_lag=settings.database_max_lag,
    )


def _surround(app: FastAPI, settings: Settings) -> None:
    """The layers around the routing."""
    if settings.database_read_url is not None:
        app.add_middleware(StandbyReads)
    app.add_middleware(
        AdmissionMiddleware,
        bounds=HeadBounds(settings.max_address_bytes, settings.max_header_bytes, settings.max_headers),
        is_costly=is_costly,
    )
    proxies = TrustedProxies(read_networks(settings.trusted_proxies))
    app.state.connections = Connections(_connection_limits(settings), proxies)
    app.state.response_cache = ResponseCache(proxies)
    for form in (CSV, NDJSON, JSONSTAT):
        add_compress_type(form.media_type)
    app.add_middleware(CompressionMiddleware, minimum_size=1024)
    app.add_middleware(HeadMiddleware)
    enclose(
        app,
        Middleware(EarlyAnswers),
        Middleware(
            OutermostLayer,
            cache=app.state.response_cache,
            proxies=proxies,
            prefix=settings.path_prefix,
            security=SecurityHeaders(frame_origins=settings.frame_origins.split(), hsts_seconds=settings.hsts_seconds),
        ),
        cross_origin(settings.cors_origins.split()),
    )


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service with its settings, by default those of the environment."""
    settings = settings or read_settings()
    install_listeners()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings: Settings = app.state.settings
        database = _open_database(settings)
        app.state.database = database
        app.state.provenance = Provenance(
            "MIEUX Registry",
            settings.publisher,
            settings.data_licence,
            settings.iati_reporting_ref,
            settings.iati_reporting_type,
            settings.public_origin,
        )
        app.state.index = Index(RECORD, is_measured=True)
        app.state.releases = OpenReleases(database, RECORD)
        app.state.change_stream = ChangeStream(database)
        _set_bounds(app, settings, database)
        watch_signals()
        try:
            await check_schema(database.engine)
            latest = LatestState(database, STATE)
            await latest.read()  # it is connected before it is asked
            app.state.response_cache.follow(latest)
            if settings.bootstrap_key:
                await ensure_bootstrap_key(database, settings.bootstrap_key)
            async with _metrics_apart(settings, database), _index_built(app.state.index, database):
                yield
        finally:
            await app.state.change_stream.close()
            await app.state.releases.close()
            await database.close()

    app = FastAPI(
        title="MIEUX Registry",
        version=SOFTWARE,
        summary=description.SUMMARY,
        description=description.TEXT,
        openapi_tags=description.TAGS,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # A redirect would name whatever host the client claimed to ask.
        redirect_slashes=False,
        max_body_size=MAX_BODY,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    state_build(SOFTWARE, newest_revision())
    problem_handlers.install(app)
    idempotency.install(app)
    api = APIRouter(prefix=API, dependencies=[Depends(check_request)])
    for router in (
        actions,
        children,
        history,
        activities,
        deployments,
        outputs,
        aggregates,
        search,
        headline,
        facets,
        themes,
        reference.countries,
        reference.regions,
        partners,
        publications,
        sources,
        reference.vocabularies,
        imports,
        exports,
        changes,
        releases,
        keys,
    ):
        api.include_router(router)
    add_index(api)
    app.include_router(api)
    app.include_router(health.router)
    app.include_router(problem_pages.router)
    app.include_router(portal)
    if settings.metrics_port is None:
        app.add_route(METRICS_PATH, metrics_endpoint(settings.metrics_key), include_in_schema=False)
    mount_docs(app)
    mount_explorer(app)
    app.router.middleware_stack = ReadOperations(app)
    _surround(app, settings)
    description.complete_openapi(app, settings.public_origin)
    return app
