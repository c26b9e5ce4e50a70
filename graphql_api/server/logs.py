"""Logs of a server: lines for a person, or one JSON object a line for a machine, on the standard error."""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version

from graphql_api.context.request_id import NO_REQUEST, request_id, trace_id
from graphql_api.server.redaction import redacted

OWN_LOGGER = "book_online"


class TextFormatter(logging.Formatter):
    """The message alone: whoever keeps the log, such as systemd's journal, adds the time."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class JsonFormatter(logging.Formatter):
    """One object a line, in ASCII: `time` in UTC, `level`, `logger`, `event`, `version`.

    `request` is the id of the request in work, `trace` that of its trace, `error` a traceback, where there
    is one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._version = version("book-online")

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": redacted(record.getMessage()),
            "version": self._version,
        }
        if (request := request_id.get()) != NO_REQUEST:
            line["request"] = redacted(request)
        if trace := trace_id.get():
            line["trace"] = trace
        if record.exc_info:
            line["error"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line)


class _CountingHandler(logging.StreamHandler):  # type: ignore[type-arg]
    def __init__(self, count: Callable[[logging.LogRecord], None]) -> None:
        super().__init__(sys.stderr)
        self._count = count

    def emit(self, record: logging.LogRecord) -> None:
        self._count(record)
        super().emit(record)


def configure_logging(form: str, count: Callable[[logging.LogRecord], None]) -> None:
    """`form` is `text` or `json`; `count` is told of each line.

    Other libraries are heard from their warnings on: at less they name addresses that are secrets.
    """
    handler = _CountingHandler(count)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(OWN_LOGGER).setLevel(logging.INFO)
