"""What the service counts for Prometheus.

Each worker counts for itself. Several of them share a folder, where every value lies in a file of its worker: whoever
is asked adds them up. Values of a worker that has ended are still counted, except those that tell how things are now.
"""

import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from app.core.metrics_folder import metrics_folder

REQUESTS = Counter("http_requests", "Requests that have ended.", ("method", "route", "status"))
DURATION = Histogram(
    "http_request_duration_seconds",
    "From the arrival of a request until the end of its response.",
    ("method", "route"),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
PROBLEMS = Counter("mieux_problems", "Problem documents that were sent.", ("type",))
CACHE_LOOKUPS = Counter("mieux_response_cache_lookups", "Looks into the cache of responses.", ("result",))
CACHE_BYTES = Gauge("mieux_response_cache_bytes", "What the cache of responses holds.", multiprocess_mode="livesum")
FEED_LISTENERS = Gauge("mieux_feed_listeners", "Open streams of changes.", multiprocess_mode="livesum")
FEED_SEQUENCE = Gauge(
    "mieux_feed_sequence", "The number of the latest change, as it is read.", multiprocess_mode="mostrecent"
)
INDEX_SEQUENCE = Gauge(
    "mieux_index_sequence", "The number of the latest change that the index has.", multiprocess_mode="mostrecent"
)
INDEX_BYTES = Gauge("mieux_index_bytes", "What the columns of the index take.", multiprocess_mode="livesum")
INDEX_LOADS = Counter("mieux_index_loads", "How often the index was loaded as a whole.")
DATABASE_UP = Gauge(
    "mieux_database_up",
    "Whether the database answered when the metrics were asked for.",
    multiprocess_mode="mostrecent",
)
REPLICATED_READS = Counter(
    "mieux_database_reads", "Reads beside a replica, by where they were answered.", ("database",)
)
POOL_CONNECTIONS = Gauge(
    "mieux_database_pool_connections", "Open connections.", ("pool", "state"), multiprocess_mode="livesum"
)
POOL_LIMIT = Gauge(
    "mieux_database_pool_limit", "How many connections may be open.", ("pool",), multiprocess_mode="livesum"
)
POOL_WAITING = Gauge(
    "mieux_database_pool_waiting", "Requests that wait for a connection.", ("pool",), multiprocess_mode="livesum"
)
_BUILD = Gauge("mieux_build_info", "What runs here.", ("version", "schema", "python"), multiprocess_mode="max")


def state_build(version: str, schema: str) -> None:
    """States what runs here: the versions of the software and of the database's schema."""
    _BUILD.labels(version, schema, platform.python_version()).set(1)


def exposition() -> bytes:
    """All metrics in Prometheus' text format, of all workers together. It reads files, so it belongs in a thread."""
    folder = metrics_folder()
    if folder is None:
        return generate_latest(REGISTRY)
    workers = {int(file.stem.rpartition("_")[2]) for file in folder.glob("*.db")}
    living = [worker for worker in workers if _is_alive(worker)]
    for worker in workers.difference(living):
        with suppress(FileNotFoundError):  # another worker was asked at the same time
            mark_process_dead(worker, str(folder))  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    registry.register(_Processes(living))
    return generate_latest(registry)


def _is_alive(worker: int) -> bool:
    try:
        os.kill(worker, 0)
    except ProcessLookupError:
        return False
    return True


class _Processes(Collector):
    """Memory, processor time and open files of each worker, by its process id."""

    def __init__(self, workers: Iterable[int]) -> None:
        self._workers = list(workers)

    def collect(self) -> Iterable[Metric]:
        """The metrics that a process has of itself, with a label."""
        found: dict[str, GaugeMetricFamily] = {}
        for worker in self._workers:
            for metric in ProcessCollector(pid=partial(int, worker), registry=None).collect():
                for sample in metric.samples:
                    family = found.setdefault(
                        sample.name, GaugeMetricFamily(sample.name, metric.documentation, labels=["pid"])
                    )
                    family.add_metric([str(worker)], sample.value)
        return found.values()
