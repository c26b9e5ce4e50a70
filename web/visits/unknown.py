"""The page of a link that opens nothing (any more)."""

from http import HTTPStatus

from starlette.responses import Response

from web.visits.request import VisitRequest


async def unknown_link(request: VisitRequest) -> Response:
    """Calm, with the clinic's number: the patient most likely has a right to know."""
    return await request.page("visits/unknown", status=HTTPStatus.NOT_FOUND)
