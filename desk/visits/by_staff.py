"""A change of a visit as a form of the desk asks for it."""

from booking.appointments.by_staff.change import ByStaff
from desk.http.request import DeskRequest
from desk.visits.status import version_in


def by_staff(request: DeskRequest) -> ByStaff:
    """Who asks, with the version that they saw.

    The patient is told unless the form offers the choice (`notify` is there) and nobody chose `yes`.
    """
    told = request.form.all("notify")
    return ByStaff(
        request.actor,
        version_in(request),
        notify=not told or "yes" in told,
        only_practitioner=request.only_practitioner,
    )
