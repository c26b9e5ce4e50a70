"""Requests that are turned away before anything is executed."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass
class RequestError(Exception):
    """No operation, or not from this caller; it is answered in plain JSON, not as a GraphQL response."""

    status: int
    message: str
    code: str | None = None
    headers: Mapping[str, str] | None = None
