"""A clinic for races: each scenario has services and practitioners of its own, named after it."""

from datetime import time

STEP_MINUTES = 15
OPENS, CLOSES = time(8), time(12)
PRACTITIONERS_AT_ONCE = 8
"""How many practitioners are free at once for clients that want any."""
NOT_DUE = 4
"""The number of the practitioner whose visits nobody is reminded of while the scenario of reminders lasts."""
ROOMS = 3
"""How many rooms the practitioners who need one share."""
OFFERED = 4
"""How many practitioners have times that the waiting list offers while servers are killed."""


def clinic_file() -> str:
    """As text. Everybody works every morning; holds outlive a run; times are UTC."""
    return "\n".join(
        [
            f"""
[clinic]
name = "Sample Clinic"
phone = "416.545.1881"
country = "CA"
time_zone = "UTC"
languages = ["en"]
[policy]
slot_step = "{STEP_MINUTES} min"
minimum_notice = "0 min"
horizon = "366 days"
hold = "60 min"
cancellation_notice = "0 min"
[waiting_list]
quiet_hours = false
[[locations]]
slug = "here"
name = "Here"
address = ["1 Main Street"]
hours = {{ mon-sun = ["00:00-24:00"] }}
[reminders]
days_before = [1]
at = "23:55"
after_booking = "0 min"
quiet_hours = false""",
            _service("one-time", 30),
            *_practitioners(1, "one-time"),
            _service("unequal-long", 45, before=5, after=10),
            _service("unequal-short", 30, after=10),
            *_practitioners(2, "unequal-long", "unequal-short"),
            _service("anybody", 30, after=15),
            *_practitioners(PRACTITIONERS_AT_ONCE, "anybody"),
            _service("rooms", 30, after=10, more='needs = ["rooms"]'),
            *_rooms(ROOMS, "rooms"),
            *_practitioners(PRACTITIONERS_AT_ONCE, "rooms"),
            _service("everything", 30, before=5, after=10, more='needs = ["everything"]'),
            *_rooms(2, "everything"),
            *_practitioners(3, "everything"),
            _service("courses", 30, after=10, more="visits = 3"),
            *_practitioners(4, "courses"),
            _service("kill", 30, after=10, more='needs = ["kill"]'),
            *_rooms(3, "kill"),
            *_practitioners(4, "kill"),
            _service("waiting", 30),
            *_practitioners(1, "waiting"),
            _service("offers", 30),
            *_practitioners(OFFERED, "offers"),
            _service("reminders", 30, after=10, reminders=True),
            *_practitioners(NOT_DUE, "reminders"),
        ]
    )


def practitioner_slug(scenario: str, number: int) -> str:
    """The slug of a scenario's practitioner; the first one is 1."""
    return f"{scenario}-{number}"


def _service(
    slug: str, minutes: int, *, before: int = 0, after: int = 0, reminders: bool = False, more: str = ""
) -> str:
    return f"""
[[services]]
slug = "{slug}"
name = "Sample Service {slug}"
duration = "{minutes} min"
buffer_before = "{before} min"
buffer_after = "{after} min"
reminders = {str(reminders).lower()}
{more}"""


def _rooms(number: int, scenario: str) -> list[str]:
    """Their kind is the scenario."""
    return [
        f"""
[[resources]]
slug = "{scenario}-room-{place}"
name = "Sample Room {scenario} {place}"
kind = "{scenario}\""""
        for place in range(1, number + 1)
    ]


def _practitioners(number: int, *services: str) -> list[str]:
    scenario = services[0].removesuffix("-long")
    return [
        f"""
[[practitioners]]
slug = "{practitioner_slug(scenario, place)}"
name = "Sample Practitioner {scenario} {place}"
services = {list(services)}
[[practitioners.hours]]
week = {{ mon-sun = ["{OPENS:%H:%M}-{CLOSES:%H:%M}"] }}"""
        for place in range(1, number + 1)
    ]
