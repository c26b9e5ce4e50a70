"""A clinic of any size."""

from graphql_api.types.relay import global_id

OPENS, CLOSES = "09:00", "17:00"
STEP_MINUTES = 30
FIRST = (10, 20, 40)
SERVICE = global_id("Service", "visit")


def clinic_file(practitioners: int) -> str:
    """Its file: all practitioners work every day, at one location, and offer one service without screening.

    `visit-10` is the same service, offered by the first ten; so there is one for each of FIRST.
    """
    return f"""
[clinic]
name = "Sample Clinic"
phone = "416.545.1881"
country = "CA"
time_zone = "America/Toronto"
languages = ["en"]
[policy]
slot_step = "{STEP_MINUTES} min"
minimum_notice = "60 min"
horizon = "366 days"
hold = "10 min"
cancellation_notice = "60 min"
[[locations]]
slug = "here"
name = "Here"
address = ["1 Main Street"]
hours = {{ mon-sun = ["08:00-20:00"] }}
{"".join(_service(slug) for slug in ("visit", *(f"visit-{first}" for first in FIRST)))}
{"".join(_person(number) for number in range(1, practitioners + 1))}
"""


def _service(slug: str) -> str:
    return f"""
[[services]]
slug = "{slug}"
name = "Sample Service {slug}"
duration = "30 min"
buffer_after = "15 min"
"""


def person(number: int) -> str:
    """The slug; the first one is 1."""
    return f"person-{number}"


def _person(number: int) -> str:
    return f"""
[[practitioners]]
slug = "{person(number)}"
name = "Sample Practitioner {number}"
services = {["visit", *(f"visit-{first}" for first in FIRST if number <= first)]}
[[practitioners.hours]]
week = {{ mon-sun = ["{OPENS}-{CLOSES}"] }}"""
