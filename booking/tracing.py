"""Tracing: spans of what a server does, for who collects them.

A span's attributes are names and numbers of the program's own, never a text that somebody sent: it names no
person, and holds no secret. Without a tracer a span costs a look at a variable.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

Value = str | int


class Span(Protocol):
    def set(self, name: str, value: Value) -> None:
        """An attribute that is known only now."""


Tracer = Callable[[str, str, Mapping[str, Value]], AbstractContextManager[Span]]
"""Begins a span of this name, below that of a `traceparent`, if there is one, with these attributes."""


class _NoSpan:
    def set(self, name: str, value: Value) -> None:
        pass


NO_SPAN: AbstractContextManager[Span] = nullcontext(_NoSpan())
_tracers: list[Tracer] = []


def span(
    name: str, attributes: Mapping[str, Value] | None = None, *, traceparent: str = ""
) -> AbstractContextManager[Span]:
    """Around the work. An exception ends it with the exception's type, and not with its text."""
    return _tracers[-1](name, traceparent, attributes or {}) if _tracers else NO_SPAN


@contextmanager
def traced_by(tracer: Tracer) -> Iterator[None]:
    """Until the end, all spans of the process are the tracer's."""
    _tracers.append(tracer)
    try:
        yield
    finally:
        _tracers.remove(tracer)
