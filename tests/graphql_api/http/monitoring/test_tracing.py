"""Spans say where time goes, and name nobody."""

import gzip
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from booking.outbound_http.client import NoAnswer, OutboundClient, OutboundRequest
from booking.storage.database import Database
from booking.tracing import NO_SPAN, span
from graphql_api.app import create_app
from graphql_api.server.tracing import check_tracing, tracing_to, tracing_with
from graphql_api.settings import InvalidSetting, Settings
from tests.booking.notifications.mailbox import mailbox
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, open_clinic
from tests.support.graphql_client import PATIENT, GraphQLClient

TEN = "2026-11-26T10:00:00-05:00"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SECRET = "5ec2e7" * 2
MARKS = ("Zzyzx", "zzyzx", "416-555-0177", "4165550177", SECRET, "quoted")


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    with tracing_with(SimpleSpanProcessor(exporter)):
        yield exporter


@pytest.fixture
async def http(
    database: Database, database_url: str, spans: InMemorySpanExporter
) -> AsyncIterator[httpx.AsyncClient]:
    await open_clinic(database)
    async with mailbox() as box:
        sender = "Clinic <bookings@example.com>"
        settings = Settings(database_url, mode="production", mail_url=box.url, mail_from=sender)
        async with asgi_client(create_app(settings, now=lambda: NOW)) as client:
            yield client
            await box.arrived(1)


def named(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [each for each in spans.get_finished_spans() if each.name == name]


async def test_a_booking_is_traced_from_the_request_to_the_mail_and_nobody_is_named(
    http: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    http.headers["traceparent"] = f"00-{TRACE}-{PARENT}-01"
    api = GraphQLClient(http)
    held = await api.hold(TEN)
    patient = PATIENT | {"name": "Zzyzx Quill", "email": "zzyzx@example.com", "phone": "416-555-0177"}
    booked = await api.book(held["holdToken"], patient=patient)
    assert booked["problems"] == []
    await http.get("/visits/" + SECRET * 5)
    await http.get(f"/{SECRET}?name=Zzyzx")
    with pytest.raises(ValueError, match="quoted"), span("work"):
        raise ValueError("quoted Zzyzx")
    with pytest.raises(NoAnswer):
        await OutboundClient(patience=5, example="https://example.com", to_private=True).send(
            OutboundRequest("POST", f"http://127.0.0.1:9/{SECRET}?name=Zzyzx")
        )

    requests = {each.context.span_id: each for each in named(spans, "request") if each.context}
    operations = named(spans, "operation")
    assert len(operations) == 2
    for operation in operations:
        assert operation.parent
        request = requests[operation.parent.span_id]
        assert request.parent
        assert (f"{request.parent.trace_id:032x}", f"{request.parent.span_id:016x}") == (TRACE, PARENT)
        assert request.attributes == {
            "http.request.method": "POST",
            "http.response.status_code": 200,
            "code.namespace": "graphql_api.http.endpoint",
        }
        assert operation.attributes == {"graphql.operation.name": "unnamed", "book_online.errors": 0}
    assert named(spans, "transaction")
    [failed] = named(spans, "work")
    assert (failed.attributes or {})["error.type"] == "ValueError"
    assert named(spans, "outbound request")

    everything = "".join(each.to_json() for each in spans.get_finished_spans())
    secrets = (*MARKS, held["holdToken"], booked["manageToken"], booked["appointment"]["reference"])
    assert "Zzyzx" in json.dumps(patient)
    assert [secret for secret in secrets if secret in everything] == []


async def test_without_a_tracer_nothing_is_made() -> None:
    assert span("request") is NO_SPAN


@contextmanager
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """What a collector of OpenTelemetry hears over OTLP."""
    heard: list[ExportTraceServiceRequest] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            assert self.path == "/v1/traces"
            heard.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()
        thread.join()


def test_the_last_spans_reach_the_collector_before_the_server_ends() -> None:
    with collector() as (url, heard), tracing_to(url), span("request", {"http.request.method": "GET"}):
        pass
    [sent] = heard
    [resource] = sent.resource_spans
    assert {each.key: each.value.string_value for each in resource.resource.attributes}["service.name"] == (
        "book-online"
    )
    assert [each.name for scope in resource.scope_spans for each in scope.spans] == ["request"]


def test_missing_packages_are_named_before_the_server_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    check_tracing(None)
    check_tracing("http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(InvalidSetting, match=r"BOOK_ONLINE_OTLP needs packages .*: pip install"):
        check_tracing("http://127.0.0.1:4318")
