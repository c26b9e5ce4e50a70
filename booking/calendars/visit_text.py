"""What the patient's calendar says of a visit, in full words."""

from zoneinfo import ZoneInfo

from booking.catalogue.visit_place import arrival_lines
from booking.domain.translations import in_language
from booking.i18n.locales import texts_for
from booking.storage.models.appointments import Appointment
from booking.storage.models.catalogue.clinic import Clinic, Location
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import Service


def visit_text(
    clinic: Clinic,
    appointment: Appointment,
    service: Service,
    location: Location,
    practitioner: Practitioner,
    *,
    manage_url: str | None,
    language: str,
) -> str:
    """With whom, how to prepare and to join, the reference, and how to change it: by link or phone."""
    zone = ZoneInfo(location.time_zone)
    texts = texts_for(language).read_at(appointment.changed_at, zone)
    title = in_language(practitioner.title, language) if practitioner.title else ""
    who = ", ".join(filter(None, (practitioner.name, title)))
    parts = [texts.label(texts("summary.who"), who)]
    if arrival := arrival_lines(service, location, language):
        parts.append("\n".join(arrival))
    for name, text in (("mode.joining", service.joining), ("confirmed.prepare", service.preparation)):
        if text:
            parts.append(f"{texts.label(texts(name), '').rstrip()}\n{in_language(text, language)}")
    parts.append(texts.label(texts.count("confirmed.reference", 1), appointment.reference))
    if manage_url and appointment.stands:
        deadline = appointment.change_deadline(clinic.policy)
        if deadline > appointment.changed_at:
            until = texts.day_and_time(deadline.astimezone(zone))
            parts.append(f"{texts('manage.until', time=until)}\n{manage_url}")
        else:
            parts.append(f"{texts.label(texts.count('mail.see', 1), '').rstrip()}\n{manage_url}")
    parts.append(f"{in_language(clinic.name, language)}\n{texts('contact.call')} {clinic.phone_shown}")
    return "\n\n".join(parts)
