"""A clinic of a thousand practitioners at fifty places, or a part of it, as its file."""

PRACTITIONERS, LOCATIONS, SERVICES = 1000, 50, 30
SERVICES_OF_A_PRACTITIONER = 15
WEEKS = ('mon-fri = ["08:00-16:00"]', 'mon-thu = ["10:00-18:00"]', 'tue-sat = ["09:00-17:00"]')


def large_clinic_file(scale: float = 1.0) -> str:
    """Each practitioner works at one location and offers half of the services; some need a certificate."""
    practitioners = max(round(scale * PRACTITIONERS), 10)
    locations, services = max(round(scale * LOCATIONS), 2), max(round(scale * SERVICES), 4)
    return "\n".join(
        [
            """
[clinic]
name = "Sample Clinic"
phone = "416.545.1881"
country = "CA"
time_zone = "America/Toronto"
languages = ["en"]
[policy]
slot_step = "15 min"
minimum_notice = "60 min"
horizon = "60 days"
hold = "10 min"
cancellation_notice = "60 min"
""",
            *(_location(number) for number in range(locations)),
            *(_service(number) for number in range(services)),
            *(_practitioner(number, locations, services) for number in range(practitioners)),
        ]
    )


def service_slug(number: int) -> str:
    """The slug of a service; the first one is 0."""
    return f"service-{number}"


def location_slug(number: int) -> str:
    """The slug of a location; the first one is 0."""
    return f"location-{number}"


def _location(number: int) -> str:
    return f"""
[[locations]]
slug = "{location_slug(number)}"
name = "Sample Location {number}"
address = ["{number} Main Street", "Toronto ON  M5X 1A1", "Canada"]
public_holidays = "CA-ON"
hours = {{ mon-sat = ["07:00-19:00"] }}"""


def _service(number: int) -> str:
    requires = 'requires = "certificate"' if number % 5 == 4 else ""
    return f"""
[[services]]
slug = "{service_slug(number)}"
name = "Sample Service {number}"
description = "A sample service, number {number}."
duration = "{30 + 15 * (number % 3)} min"
buffer_after = "{5 * (number % 3)} min"
{requires}"""


def _practitioner(number: int, locations: int, services: int) -> str:
    offered = [
        service_slug((number + step) % services) for step in range(min(SERVICES_OF_A_PRACTITIONER, services))
    ]
    return f"""
[[practitioners]]
slug = "practitioner-{number}"
name = "Sample Practitioner {number}"
title = "Sample Profession"
services = {offered}
certifications = [{{ kind = "certificate", valid_until = 2035-12-31 }}]
[[practitioners.hours]]
location = "{location_slug(number % locations)}"
week = {{ {WEEKS[number % len(WEEKS)]} }}"""
