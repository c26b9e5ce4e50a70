"""The clinic's file as a whole; docs/reference/clinic-file.md is made from its tables and keys."""

from typing import Annotated

from pydantic import Field

from booking.catalogue.clinic_file.fields import Line
from booking.catalogue.clinic_file.formats import Revision
from booking.catalogue.clinic_file.model.clinic import (
    BusyCalendarsSection,
    ClinicSection,
    ConsentSection,
    DeskSection,
    PolicySection,
    RetentionSection,
)
from booking.catalogue.clinic_file.model.locations import LocationSection
from booking.catalogue.clinic_file.model.messages import (
    MailsSection,
    RemindersSection,
    SmsSection,
    WaitingListSection,
)
from booking.catalogue.clinic_file.model.practitioners import PractitionerSection
from booking.catalogue.clinic_file.model.resources import ResourceSection
from booking.catalogue.clinic_file.model.section import Section
from booking.catalogue.clinic_file.model.services import ScreeningSection, ServiceSection


class ClinicFile(Section):
    revision: Revision | None = None
    """Of the database that `book-online export` wrote the file from. `load` refuses a file whose revision is
    not the database's any more, where it would undo what was changed there since. Leave it out of a file that
    you keep elsewhere, as in git: it is loaded as it is."""
    features: list[Line] = []
    """Names of the installed [features](../how-to/extend.md) that this clinic uses; `book-online features`
    lists them. Each finds its settings in a table of its name, `[aftercare]`."""
    clinic: ClinicSection
    """The clinic itself."""
    policy: PolicySection
    """How soon, how far ahead and how late visits are booked and changed."""
    consent: ConsentSection | None = None
    """The text that a patient agrees to before a booking. Without this table no consent is asked for."""
    retention: RetentionSection = RetentionSection()
    """How long data are kept that serve no visit any more: whole days, or months of 31 and years of 366 days.
    `book-online retention` deletes older ones."""
    desk: DeskSection = DeskSection()
    """The front desk of the clinic's staff."""
    busy_calendars: BusyCalendarsSection = BusyCalendarsSection()
    """Practitioners' [calendars elsewhere](../how-to/busy-calendars.md)."""
    mails: MailsSection = MailsSection()
    """Your logo, and [words of your own](../how-to/mails.md) below the first lines of a mail: plain text with
    line breaks, 600 characters at most."""
    reminders: RemindersSection | None = None
    """[Reminders](../how-to/reminders.md) of visits. Without this table none are sent."""
    sms: SmsSection | None = None
    """[Text messages](../how-to/sms.md) to patients without an e-mail address, for whom reminders are due.
    Without this table none are sent; the server needs an account at a gateway, too."""
    waiting_list: WaitingListSection | None = None
    """The [waiting list](../how-to/waiting-list.md) for times that open. Without this table there is none."""
    locations: Annotated[list[LocationSection], Field(min_length=1)]
    """The places where the clinic receives patients."""
    resources: list[ResourceSection] = []
    """[Rooms and equipment](../how-to/resources.md) that services need. A visit has them to itself, with its
    buffers."""
    screening: list[ScreeningSection] = []
    """Questions before a booking."""
    services: Annotated[list[ServiceSection], Field(min_length=1)]
    """The services that can be booked."""
    practitioners: Annotated[list[PractitionerSection], Field(min_length=1)]
    """The practitioners who deliver the services."""
