"""The id of the request in work, which its answer and the log have; and of the trace that it is part of."""

from contextvars import ContextVar

NO_REQUEST = "-"

request_id: ContextVar[str] = ContextVar("request_id", default=NO_REQUEST)
trace_id: ContextVar[str | None] = ContextVar("trace_id", default=None)
"""Of `traceparent`, where whoever asked sent one."""
