"""RequestError: a request is refused before anything is executed."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class RequestError(Exception):
    """The request holds no operation, or its caller may send none. The answer is JSON with this status."""

    status: int
    message: str
    code: str | None = None
    headers: Mapping[str, str] | None = None
    extensions: Mapping[str, str] = field(default_factory=dict)
    """Of the error, beside its code."""
