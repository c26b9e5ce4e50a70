"""Makes a change of the clinic, unless it is only tried: previewed, or asked about for its booked visits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from booking.appointments.blocked_time.offer import offer_times
from booking.catalogue.clinic_file.parser import Mistake
from booking.clinic_edits.edit import EditOutcome
from booking.domain.errors import BookingError
from booking.i18n.texts import Texts
from booking.storage.session import BookingSession
from desk.blocked_time.form import Over
from desk.blocked_time.visit_lines import LOOK, VisitLines, read_visit_lines
from desk.clinic.preview import Preview
from desk.http import looks
from desk.http.request import DeskRequest
from rendering.form import Form

Change = Callable[[BookingSession], Awaitable[EditOutcome]]


class FileRules(BookingError):
    """The clinic's file is loaded at each start, and a change of the database would be lost."""


@dataclass
class Previewed(Exception):
    """Rolls back a change that was only tried."""

    preview: Preview | None


@dataclass
class AsksAboutVisits(Exception):
    """Rolls back a change that rules out booked visits, about which nobody was asked yet."""

    visits: VisitLines


async def make_change(
    request: DeskRequest,
    change: Change,
    *,
    preview: Callable[[BookingSession], Awaitable[Preview | None]] | None = None,
) -> EditOutcome:
    """Commit the change, and offer other times for the visits in its way if `over=offer` was sent.

    Raises:
        FileRules: the clinic is kept in its file.
        Previewed: with a `preview`. Nothing was changed, as for all others.
        AsksAboutVisits: booked visits are in the way, and no `over` was sent.
        ClinicFileError: the clinic would have mistakes.
        ChangedMeanwhile: the editor has not seen what would be overwritten.
        ChangedAgain: what would be taken back was changed once more.
    """
    if request.site.clinic_file_rules:
        raise FileRules("The clinic is kept in its file: nothing was changed.")
    over = Over.sent(request.form)
    async with request.site.database.write() as session:
        outcome = await change(session)
        if preview is not None:
            raise Previewed(await preview(session))
        if outcome.visits and over is None:
            raise AsksAboutVisits(await read_visit_lines(session, request, outcome.visits))
        if over is Over.OFFER:
            await offer_times(session, outcome.visits, actor=request.actor, now=request.now)
    return outcome


async def visits_page(request: DeskRequest, visits: VisitLines, *, action: str, back: str) -> Response:
    """The booked visits that a change rules out, with the buttons that make it all the same."""
    await looks.record(request, visits.unseen, detail=LOOK)
    return await request.page(
        "clinic/visits.html", visits=visits.lines, typed=_sent(request.form), action=action, back=back
    )


def _sent(form: Form) -> list[tuple[str, str]]:
    return [(name, value) for name, value in form.pairs if name != "over"]


def with_place(mistake: Mistake, texts: Texts) -> str:
    """For a page that has no field to put the mistake beside."""
    words = mistake.in_words(texts)
    return f"{mistake.path}: {words}" if mistake.path else words
