"""Content negotiation: `Accept` as RFC 9110 has it (12.5.1), for an answer in JSON or as a stream."""

from collections.abc import Mapping

from starlette.requests import Request

from graphql_api.security.request_error import RequestError

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"


def media_type_of_answer(accept: str, *, is_subscription: bool) -> str:
    """The media type that the client likes best among those that can answer the operation.

    A query or mutation is answered in JSON wherever JSON is acceptable, and as a stream of one event where
    a stream is named instead. A subscription whose client names no stream gets JSON, which says so.

    Raises:
        RequestError: nothing that the client accepts is offered.
    """
    ranges = _media_ranges(accept)
    if is_subscription and names(accept, EVENT_STREAM):
        return EVENT_STREAM
    # A client that names the newer type gets it; one that takes anything may know only the older.
    by_preference = (GRAPHQL_RESPONSE, JSON) if GRAPHQL_RESPONSE in ranges else (JSON, GRAPHQL_RESPONSE)
    best = max(by_preference, key=lambda media_type: _quality(ranges, media_type))
    if _quality(ranges, best) > 0:
        return best
    if names(accept, EVENT_STREAM):
        return EVENT_STREAM
    raise RequestError(406, f"Please accept {GRAPHQL_RESPONSE} or {JSON}; {EVENT_STREAM} for a subscription.")


def names(accept: str, media_type: str) -> bool:
    """Whether the header accepts this very type, not only any type."""
    return _media_ranges(accept).get(media_type, 0.0) > 0


def reads_html(request: Request) -> bool:
    """Whether a person's browser asks, and not a program that takes anything."""
    return names(", ".join(request.headers.getlist("accept")), HTML)


def _media_ranges(accept: str) -> Mapping[str, float]:
    """Each range (`text/*`) with its weight; no header, or an empty one, accepts everything."""
    ranges: dict[str, float] = {}
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if media_range:
            ranges[media_range] = max(ranges.get(media_range, 0.0), _weight(parameters))
    return ranges or {"*/*": 1.0}


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _quality(ranges: Mapping[str, float], media_type: str) -> float:
    """The weight of the most specific range that covers the type; 0 where none does."""
    kind, _, _ = media_type.partition("/")
    return next((ranges[each] for each in (media_type, f"{kind}/*", "*/*") if each in ranges), 0.0)
