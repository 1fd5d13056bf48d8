"""The metrics of several workers, and on a port of their own."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from support.commands import free_port
from tests.conftest import Sqlite
from tests.core.test_metrics import named, read
from tests.running.service import mieux, serve
from tests.waiting import BOUND, until_blocking

PATH = "/api/v1/actions"
COUNTED = named("http_requests_total", method="GET", route=PATH, status="2xx")


def workers(samples: dict[str, float]) -> set[int]:
    """The process ids of the workers that have metrics."""
    return {
        int(name.split("'pid', '")[1].split("'")[0]) for name in samples if name.startswith("process_resident_memory")
    }


def test_several_workers_are_added_up_and_a_dead_one_leaves_its_counts_alone(
    sqlite_server: Sqlite, tmp_path: Path
) -> None:
    url = sqlite_server.create("seeded")
    metrics = f"http://127.0.0.1:{(port := free_port())}/metrics"

    def scrape() -> dict[str, float]:
        return dict(read(httpx.get(metrics, timeout=BOUND).text))

    with serve(url, tmp_path, workers="3", metrics_port=str(port)) as service:
        asked = 0
        while len(workers(scrape())) < 3:  # they start one after the other
            asked += service.get(PATH).status_code == 200
        for _ in range(30):
            asked += service.get(PATH).status_code == 200
        for _ in range(6):  # whoever of them answers
            samples = scrape()
            assert samples[COUNTED] == asked
            lookups = (named("mieux_response_cache_lookups_total", result=result) for result in ("hit", "miss"))
            assert sum(samples[name] for name in lookups) == asked
            assert samples[named("mieux_database_up")] == 1
        before = workers(samples)
        assert len(before) == 3
        os.kill(min(before), signal.SIGKILL)
        now = before

        def is_replaced() -> bool:
            nonlocal now
            with suppress(httpx.TransportError):  # the dead worker had taken the connection
                now = workers(samples := scrape())
                assert samples[COUNTED] >= asked
            return len(now) == 3 and now != before

        # Who dies while asked whether it lives is replaced when its parent has waited for the answer, for a minute.
        until_blocking(is_replaced, 3 * BOUND)
        assert min(before) not in now
        assert service.get("/metrics").status_code == 404
        folder = Path(
            Path(f"/proc/{min(now)}/environ").read_text().split("PROMETHEUS_MULTIPROC_DIR=")[1].split("\0")[0]
        )
        assert not list(folder.glob(f"gauge_live*_{min(before)}.db"))
    assert not folder.exists()
    sqlite_server.drop(url)


def test_a_port_of_their_own_needs_the_key_too_and_shows_who_listens(sqlite_server: Sqlite, tmp_path: Path) -> None:
    url = sqlite_server.create("seeded")
    key = "a-key-for-prometheus"
    metrics = f"http://127.0.0.1:{(port := free_port())}/metrics"
    with serve(url, tmp_path, metrics_port=str(port), metrics_key=key) as service:
        assert httpx.get(metrics, timeout=BOUND).status_code == 401
        authorized = {"Authorization": f"Bearer {key}"}
        assert "http_requests_total" in httpx.get(metrics, headers=authorized, timeout=BOUND).text
        assert httpx.get(f"http://127.0.0.1:{port}/api/v1/actions", timeout=BOUND).status_code == 404
        assert service.get("/metrics").status_code == 404
        listeners = named("mieux_feed_listeners")

        def listening() -> float:
            return read(httpx.get(metrics, headers=authorized, timeout=BOUND).text)[listeners]

        before = listening()
        with httpx.stream("GET", f"{service.address}/api/v1/changes/stream", timeout=BOUND) as stream:
            lines = stream.iter_lines()
            next(lines)
            assert listening() == before + 1
        until_blocking(lambda: listening() == before)
        same = mieux(url, "serve", "--port", str(port), metrics_port=str(port))
        assert (same.returncode, same.stderr.partition(":")[0]) == (2, "MIEUX_METRICS_PORT")
        taken = mieux(url, "serve", "--port", str(free_port()), metrics_port=str(port))
        assert taken.returncode == 1
        assert f"MIEUX_METRICS_PORT: port {port} on 127.0.0.1 is taken" in taken.stderr
    with pytest.raises(httpx.ConnectError):
        httpx.get(metrics, timeout=BOUND)
    sqlite_server.drop(url)
