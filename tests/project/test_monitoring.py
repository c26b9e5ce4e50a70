"""The alerts and the board in `deploy/` name metrics that exist, and a real Prometheus takes them."""

import asyncio
import json
import re
import shutil
import subprocess
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from graphql_api.http.monitoring.definitions import OF_DATABASE, OF_PROCESS, Kind
from tests.graphql_api.server.process import running_server
from tests.support.live_server import reserved_port
from web.built_widget import widget_documents

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
BOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "book-online.json").read_text("utf-8"))
PAGE = (ROOT / "docs" / "how-to" / "monitor.md").read_text("utf-8")
METRIC = re.compile(r"\bbook_online_[a-z_]+")
SERIES = {
    f"{each.name}{suffix}"
    for each in (*OF_PROCESS, *OF_DATABASE)
    for suffix in (("_bucket", "_count", "_sum") if each.kind is Kind.HISTOGRAM else ("",))
}
SECONDS = 60
RARE = {
    "book_online_busy_calendar_oldest_age_seconds",
    "book_online_certificate_next_expiry_timestamp_seconds",
    "book_online_last_backup_timestamp_seconds",
    "book_online_last_key_store_backup_timestamp_seconds",
    "book_online_limit_refusals_total",
    "book_online_limits_exchange_age_seconds",
    "book_online_limits_exchange_failures_total",
    "book_online_outbox_given_up",
    "book_online_outbox_oldest_age_seconds",
    "book_online_outbox_waiting",
    "book_online_refusals_total",
}
"""Missing at a server that was just started: there is no backup, listener, refusal or other server yet."""


def alerts() -> list[dict[str, Any]]:
    [group] = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    rules: list[dict[str, Any]] = group["rules"]
    return rules


def queries() -> Iterator[tuple[str, str]]:
    """Each query of the board with the title of its panel, for the usual job and a server of one minute."""
    for panel in BOARD["panels"]:
        for target in panel.get("targets", ()):
            query = target["expr"].replace("$job", "book-online").replace("$__rate_interval", "1m")
            yield panel["title"], query


def test_alerts_board_and_page_name_metrics_that_exist() -> None:
    texts = {
        "alerts": ALERTS.read_text("utf-8"),
        "tests of alerts": (ALERTS.parent / "alerts.test.yml").read_text("utf-8"),
        "board": json.dumps(BOARD),
        "page": PAGE,
    }
    unknown = {name: set(METRIC.findall(text)) - SERIES for name, text in texts.items()}
    assert {name: names for name, names in unknown.items() if names} == {}
    everything = set(METRIC.findall(" ".join(texts.values())))
    assert {series.removesuffix("_count").removesuffix("_sum") for series in SERIES} - everything <= {
        "book_online_http_request_duration_seconds",
        "book_online_graphql_request_duration_seconds",
    }


def test_the_page_says_what_to_do_for_each_alert() -> None:
    named = [rule["alert"] for rule in alerts()]
    assert re.findall(r"^\| `(BookOnline\w+)` \|", PAGE, re.MULTILINE) == named
    for rule in alerts():
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert {"summary", "description"} == rule["annotations"].keys()


def test_the_panels_of_the_board_have_their_own_ids_and_places() -> None:
    panels = BOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 20
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) == 23


@pytest.fixture
def promtool() -> str:
    command = shutil.which("promtool")
    if command is None:
        pytest.skip("needs promtool, of Debian's package prometheus")
    return command


@pytest.mark.processes
def test_the_alerts_are_raised_when_they_should_be_and_only_then(promtool: str) -> None:
    tests = ALERTS.parent / "alerts.test.yml"
    for verb, file in (("check", ALERTS), ("test", tests)):
        done = subprocess.run([promtool, verb, "rules", str(file)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    tested = set(re.findall(r"BookOnline\w+", tests.read_text("utf-8")))
    assert tested == {rule["alert"] for rule in alerts()}


@asynccontextmanager
async def running_prometheus(folder: Path, target: str) -> AsyncIterator[httpx.AsyncClient]:
    """One that reads the target every second, with the alerts."""
    command = shutil.which("prometheus")
    if command is None:
        pytest.skip("needs prometheus, of Debian's package of this name")
    configuration = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(ALERTS)],
        "scrape_configs": [{"job_name": "book-online", "static_configs": [{"targets": [target]}]}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(configuration), "utf-8")
    with reserved_port() as port:
        process = await asyncio.create_subprocess_exec(
            command,
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/prometheus",
            f"--web.listen-address=127.0.0.1:{port}",
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=20) as http:
                yield http
        finally:
            process.terminate()
            await process.wait()


async def asked(prometheus: httpx.AsyncClient, query: str) -> list[Any]:
    """The result; none while it isn't ready."""
    try:
        answer = (await prometheus.get("/query", params={"query": query})).json()
    except (httpx.TransportError, ValueError):
        return []
    assert answer["status"] == "success", f"{query}: {answer}"
    result: list[Any] = answer["data"]["result"]
    return result


@pytest.mark.processes
async def test_a_real_prometheus_reads_the_server_and_answers_the_board(tmp_path: Path) -> None:
    async with running_server(tmp_path, BOOK_ONLINE_METRICS="0") as server:
        target = server.monitoring_url.removeprefix("http://")
        async with running_prometheus(tmp_path, target) as prometheus, httpx.AsyncClient() as visitor:
            catalogue = {"query": widget_documents()["Catalogue"]}
            requests = 'rate(book_online_graphql_requests_total{operation="Catalogue"}[1m]) > 0'
            async with asyncio.timeout(SECONDS):
                while not await asked(prometheus, requests):
                    await visitor.post(f"{server.url}/graphql", json=catalogue)
                    await asyncio.sleep(0.2)
            # One reading that takes over a second leaves a gap in all of them.
            silent, up = [("nothing", "asked")], list[Any]()
            with suppress(TimeoutError):
                async with asyncio.timeout(30):
                    while silent or not up:
                        await visitor.post(f"{server.url}/graphql", json=catalogue)
                        silent = [
                            (title, query)
                            for title, query in queries()
                            if not RARE & set(METRIC.findall(query)) and not await asked(prometheus, query)
                        ]
                        up = await asked(prometheus, 'up{job="book-online"} == 1')
            raised = await asked(prometheus, 'ALERTS{alertstate="firing"}')
            rules = (await prometheus.get("/rules")).json()["data"]["groups"][0]["rules"]
            for _, query in queries():  # The rare ones are right, too.
                await asked(prometheus, query)
    assert silent == []
    assert len(up) == 1
    assert raised == []
    assert {rule["health"] for rule in rules} <= {"ok", "unknown"}
