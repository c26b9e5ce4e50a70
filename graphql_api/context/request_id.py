"""The id of the request in work, which its answer and the log have."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")
