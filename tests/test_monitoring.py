"""The dashboard and the alerts, held against the metrics that a service has."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import promql_parser as promql
import pytest
import yaml
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from prometheus_client.parser import text_string_to_metric_families

from app.core.problems import problem_types

FOLDER = Path(__file__).parent.parent / "deploy" / "monitoring"
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
(GROUP,) = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"]
OF_PROMETHEUS = {"up"}
"""Metrics that Prometheus itself makes of a target."""


def panels() -> list[Mapping[str, Any]]:
    """Those that show something."""
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression, with where it is."""
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for annotation in DASHBOARD["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]
    for rule in GROUP["rules"]:
        yield rule["alert"], rule["expr"]


def selectors(expression: str) -> list[promql.VectorSelector]:
    """The metrics that an expression asks for. Raises ValueError for one that Prometheus would refuse."""
    found: list[Any] = []
    promql.walk(promql.parse(expression), found.append)
    return [node for node in found if isinstance(node, promql.VectorSelector)]


@pytest.mark.anyio
async def test_every_metric_and_label_that_is_watched_exists(client: httpx.AsyncClient, app: FastAPI) -> None:
    for _ in range(2):  # the first request for the metrics is counted in the second one
        await client.get("/nothing")
        text = (await client.get("/metrics")).text
    families = text_string_to_metric_families(text)
    exposed = {sample.name: set(sample.labels) for family in families for sample in family.samples}
    known = {
        "type": {kind.slug for kind in problem_types()},
        "route": {context.path_format for context in iter_route_contexts(app.routes)},
        "status": {"5xx"},
        "state": {"in_use"},
        "result": {"hit"},
    }
    for where, expression in expressions():
        asked = selectors(expression.replace("$__rate_interval", "5m"))
        assert asked, where
        for selector in asked:
            assert selector.name in exposed or selector.name in OF_PROMETHEUS, where
            for matcher in selector.matchers.matchers:
                if matcher.name in ("job", "instance"):
                    assert matcher.value in ("mieux", "$job", "$instance"), where
                    continue
                assert matcher.name in exposed[selector.name], where
                if matcher.op in (promql.MatchOp.Equal, promql.MatchOp.NotEqual):
                    assert matcher.value in known[matcher.name], where


@pytest.mark.parametrize("rule", GROUP["rules"], ids=lambda rule: rule["alert"])
def test_an_alert_says_how_grave_it_is_and_what_to_do(rule: Mapping[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert set(rule["annotations"]) == {"summary", "description"}
    assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))
    assert 'job="mieux"' in rule["expr"]


def test_the_dashboard_can_be_imported() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    names = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)\}?", json.dumps(DASHBOARD))) - {"__rate_interval", "__all"}
    assert used == names
    for panel in panels():
        assert panel["title"]
        assert panel["targets"]
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24


def test_no_two_panels_lie_over_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_prometheus_is_pointed_at_the_alerts() -> None:
    configuration = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
    assert [(FOLDER / name).is_file() for name in configuration["rule_files"]] == [True]
    assert [job["job_name"] for job in configuration["scrape_configs"]] == ["mieux"]
