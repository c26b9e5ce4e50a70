"""Spans by OpenTelemetry, sent to a collector over OTLP. Its packages are the extra `otlp`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from booking.tracing import Span, Tracer, Value, traced_by
from graphql_api.settings import InvalidSetting, variable_name

if TYPE_CHECKING:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import SpanProcessor

TRACES = "/v1/traces"


def check_tracing(url: str | None) -> None:
    """
    Raises:
        InvalidSetting: spans are wanted, and the packages are missing.
    """
    if not url:
        return
    try:
        import opentelemetry.exporter.otlp.proto.http
        import opentelemetry.sdk.trace  # noqa: F401
    except ImportError:
        name = variable_name("otlp")
        raise InvalidSetting(
            f"{name} needs packages that are not here: pip install 'book-online[otlp]'"
        ) from None


@contextmanager
def tracing_to(url: str | None) -> Iterator[None]:
    """Send the spans of this process to the collector, the last ones at the end; nothing without one."""
    if url is None:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    with tracing_with(BatchSpanProcessor(OTLPSpanExporter(f"{url}{TRACES}"))):
        yield


@contextmanager
def tracing_with(processor: "SpanProcessor") -> Iterator[None]:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    release = version("book-online")
    resource = Resource({"service.name": "book-online", "service.version": release})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(processor)
    try:
        with traced_by(_tracer_of(provider.get_tracer("book-online", release))):
            yield
    finally:
        provider.shutdown()


def _tracer_of(tracer: "trace.Tracer") -> Tracer:
    from opentelemetry.trace import SpanKind, Status, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent_of = TraceContextTextMapPropagator().extract

    @contextmanager
    def begin(name: str, traceparent: str, attributes: Mapping[str, Value]) -> Iterator[Span]:
        context = parent_of({"traceparent": traceparent}) if traceparent else None
        kind = SpanKind.SERVER if name == "request" else SpanKind.INTERNAL
        with tracer.start_as_current_span(
            name,
            context,
            kind,
            attributes,
            record_exception=False,  # Its text may quote anything.
            set_status_on_exception=False,
        ) as begun:
            try:
                yield _OtelSpan(begun)
            except Exception as failure:
                begun.set_attribute("error.type", type(failure).__qualname__)
                begun.set_status(Status(StatusCode.ERROR))
                raise

    return begin


class _OtelSpan:
    def __init__(self, span: "trace.Span") -> None:
        self._span = span

    def set(self, name: str, value: Value) -> None:
        self._span.set_attribute(name, value)
