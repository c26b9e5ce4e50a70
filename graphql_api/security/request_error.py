"""RequestError: a request is refused before anything is executed."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass
class RequestError(Exception):
    """The request holds no operation, or its caller may send none. The answer is JSON with this status."""

    status: int
    message: str
    code: str | None = None
    headers: Mapping[str, str] | None = None
