"""The calendar files of a mail: each visit for itself, as iTIP by mail has it (RFC 5546, 6047).

A calendar that knows the visit takes its new time over, or takes it out, by UID and SEQUENCE.
"""

from email.message import EmailMessage

from booking.calendars.ical import Method, invitation_ical, invitation_method
from booking.notifications.context import MailContext

FILE_NAME = "visit"


def add_calendar_files(
    message: EmailMessage, context: MailContext, *, sender: str, manage_url: str | None, language: str
) -> None:
    """Add a file for each appointment to a message that has its text and its HTML.

    That of a single one is an alternative, too: mail programs show it with the day around it. `sender` is
    the address that the mail comes from, the organizer where the clinic's file names none.
    """
    organizer = context.clinic.email or sender
    files = [
        (
            invitation_method(appointment),
            invitation_ical(
                context.clinic,
                appointment,
                context.services[appointment.service],
                context.location(appointment),
                context.practitioners[appointment.practitioner],
                organizer=organizer,
                attendee=context.patient.email,
                manage_url=manage_url,
                language=language,
            ),
        )
        for appointment in context.appointments
    ]
    if len(files) == 1:
        [(method, file)] = files
        # As bytes: RFC 5545 folds lines at places that a text's encoding must not touch.
        message.add_alternative(
            file.encode(), maintype="text", subtype="calendar", params=_parameters(method)
        )
        # Of another type: a mail program that reads the alternative offers nothing twice.
        message.add_attachment(
            file.encode(), maintype="application", subtype="ics", filename=f"{FILE_NAME}.ics"
        )
        return
    for number, (method, file) in enumerate(files, start=1):
        # RFC 5546 3.2.2: all events of a request have one UID. So each visit of a course has a file.
        message.add_attachment(
            file.encode(),
            maintype="text",
            subtype="calendar",
            filename=f"{FILE_NAME}-{number}.ics",
            params=_parameters(method),
        )


def _parameters(method: Method) -> dict[str, str]:
    return {"charset": "utf-8", "method": method}
