"""An owner keeps the clinic on its screens: entries are checked, previewed, asked about, saved, undone."""

import re
from datetime import UTC, datetime

import pytest

from tests.booking.notifications.bookings import make_booking
from tests.desk.clinic.clinic_screens import Changes, catalogue, fields_in, history, item, send, send_as_shown
from tests.desk.desk_server import Desk, running_desk

SERVICE = "/desk/clinic/services/physiotherapy-assessment"
POLICY = "/desk/clinic/policy"
PERSON = "/desk/clinic/practitioners/sample-practitioner-a"


def mistakes_at(html: str, field: str) -> str:
    """What stands beside the field."""
    return "".join(re.findall(rf'(?s)id="{field}-wrong">(.*?)</ul>', html))


async def test_every_screen_that_is_sent_as_it_is_shown_changes_nothing(desk: Desk) -> None:
    owner = await desk.signed_in()
    overview = (await owner.get("/desk/clinic")).text
    addresses = set(re.findall(r'href="(/desk/clinic/[a-z-]+(?:/[a-z0-9-]+)?)"', overview))
    addresses = {each for each in addresses if not each.endswith(("/new", "/history", "/care"))}
    assert len(addresses) > 20

    for address in sorted(addresses):
        answer = await send(owner, address)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/desk/clinic"), address

    assert await history(desk) == []


async def test_a_change_is_saved_and_seen_and_taken_back(desk: Desk) -> None:
    owner = await desk.signed_in()
    former = await catalogue(desk)

    saved = await send(owner, SERVICE, {"price": "125.00", "duration": "1", "duration.unit": "h"})
    overview = await owner.get(saved.headers["location"])
    assert (await item(desk, "services", "physiotherapy-assessment"))["price"] == "125.00"
    [undo] = re.findall(r'action="(/desk/clinic/history/[0-9a-f-]+/undo)"', overview.text)
    page = (await owner.get("/desk/clinic/history")).text
    assert "Sample Owner 1" in page
    assert "<del>120.00</del>" in page
    assert "<ins>125.00</ins>" in page

    assert (await owner.post(undo, data={"from": "toast"})).status_code == 303
    assert await catalogue(desk) == former


async def test_a_mistake_stands_at_its_field_and_what_was_typed_stays(desk: Desk) -> None:
    owner = await desk.signed_in()
    former = await catalogue(desk)

    refused = await send(
        owner, SERVICE, {"duration": "7", "duration.unit": "min", "price": "cheap", "name.fr": ""}
    )
    assert refused.status_code == 422
    assert "must be a multiple of 5 minutes" in mistakes_at(refused.text, "duration")
    typed = dict(fields_in(refused.text, SERVICE))
    assert (typed["duration"], typed["price"], typed["name.fr"]) == ("7", "cheap", "")

    refused = await send_as_shown(owner, refused.text, SERVICE, {"duration": "30", "price": "80,5"})
    assert "the text in &#39;fr&#39; is missing" in mistakes_at(refused.text, "name")
    assert await catalogue(desk) == former


async def test_a_preview_shows_open_times_and_saves_nothing(desk: Desk) -> None:
    owner = await desk.signed_in()
    former = await catalogue(desk)

    shown = await send(owner, SERVICE, {"name.en": "Another sample name", "price": "99.50"}, do="preview")

    assert shown.status_code == 200
    preview = shown.text.partition("<aside")[2]
    for words in ("Another sample name", "$99.50", "Monday, November 23"):
        assert words in preview
    assert await catalogue(desk) == former


async def test_a_new_service_can_be_booked_at_once(desk: Desk) -> None:
    owner = await desk.signed_in()

    saved = await send(
        owner,
        "/desk/clinic/services/new",
        {
            "name.en": "Sample taping",
            "name.fr": "Bandage d’exemple",
            "duration": "30",
            "price": "50.00",
            "currency": "CAD",
            "offered_by": ["sample-practitioner-b"],
        },
    )

    assert saved.status_code == 303, saved.text
    assert (await catalogue(desk))["services"][-1]["slug"] == "sample-taping"
    assert "sample-taping" in (await item(desk, "practitioners", "sample-practitioner-b"))["services"]
    page = await (await desk.browser()).get("/book")
    assert "Sample taping" in page.text


async def test_hours_are_typed_as_spans_and_a_gap_is_a_break(desk: Desk) -> None:
    owner = await desk.signed_in()

    saved = await send(
        owner,
        PERSON,
        {"hours.0.week.fri.from": ["08:00", "13:00"], "hours.0.week.fri.to": ["12:00", "17:00"]},
    )

    assert saved.status_code == 303, saved.text
    [hours] = (await item(desk, "practitioners", "sample-practitioner-a"))["hours"]
    assert hours["week"]["fri"] == ["08:00-12:00", "13:00-17:00"]


async def test_times_outside_the_locations_hours_are_told_at_the_week(desk: Desk) -> None:
    owner = await desk.signed_in()

    refused = await send(owner, PERSON, {"hours.0.week.sat.from": "08:00", "hours.0.week.sat.to": "12:00"})

    assert refused.status_code == 422
    assert "outside the location" in mistakes_at(refused.text, "hours-0-week")


async def test_rows_are_added_and_removed(desk: Desk) -> None:
    owner = await desk.signed_in()
    certificate = {"certifications.1.kind": "acupuncture", "certifications.1.valid_until": "2030-01-31"}
    await send(owner, PERSON, {**certificate})
    person = await item(desk, "practitioners", "sample-practitioner-a")
    assert [each["kind"] for each in person["certifications"]] == ["acupuncture", "dry-needling"]

    away = {"time_off.0.from": "2026-12-21", "time_off.0.to": "2026-12-22"}
    await send(owner, PERSON, {"certifications.0.remove": "1", **away})
    person = await item(desk, "practitioners", "sample-practitioner-a")
    assert [each["kind"] for each in person["certifications"]] == ["dry-needling"]
    [time_off] = person["time_off"]
    assert (str(time_off["from"]), str(time_off["to"])) == ("2026-12-21", "2026-12-22")


async def test_a_section_is_switched_on_and_off(desk: Desk) -> None:
    owner = await desk.signed_in()
    await send(owner, "/desk/clinic/reminders", {"on": "1", "days_before": "3, 1"})
    assert (await catalogue(desk))["reminders"] == {"days_before": [3, 1]}

    await send(owner, "/desk/clinic/reminders", {"on": []})
    assert "reminders" not in await catalogue(desk)


async def test_booked_visits_in_the_way_are_shown_first(desk: Desk) -> None:
    owner = await desk.signed_in()
    booking = await make_booking(
        desk.database, datetime(2026, 11, 24, 15, tzinfo=UTC), service="dry-needling", now=desk.clock.now
    )
    [visit] = booking.appointments
    person = f"/desk/clinic/practitioners/{visit.practitioner}"
    gone: Changes = {"hours.0.week.tue.from": [], "hours.0.week.tue.to": []}

    asked = await send(owner, person, gone)
    assert asked.status_code == 200
    assert visit.reference in asked.text
    assert await history(desk) == []

    saved = await send_as_shown(owner, asked.text, person, over="call")
    assert saved.status_code == 303
    [hours] = (await item(desk, "practitioners", visit.practitioner))["hours"]
    assert "tue" not in str(hours["week"])


async def test_the_second_of_two_editors_sees_what_changed(desk: Desk) -> None:
    first, second = await desk.signed_in(name="Sample Owner 1"), await desk.signed_in(name="Sample Owner 2")
    page = (await second.get(SERVICE)).text
    await send(first, SERVICE, {"price": "125.00"})

    refused = await send_as_shown(second, page, SERVICE, {"price": "130.00"})
    assert refused.status_code == 422
    assert "Sample Owner 1 has changed this" in refused.text
    assert "120.00 → 125.00" in refused.text
    assert dict(fields_in(refused.text, SERVICE))["price"] == "130.00"

    assert (await send_as_shown(second, refused.text, SERVICE)).status_code == 303
    assert (await item(desk, "services", "physiotherapy-assessment"))["price"] == "130.00"


async def test_items_are_moved_and_withdrawn_and_the_last_service_is_not(desk: Desk) -> None:
    owner = await desk.signed_in()
    await owner.post(f"{SERVICE}/list", data={"do": "up"})
    slugs = [each["slug"] for each in (await catalogue(desk))["services"]]
    assert slugs[2] == "physiotherapy-assessment"

    for slug in slugs[:-1]:
        await owner.post(f"/desk/clinic/services/{slug}/list", data={"do": "withdraw"})
    refused = await owner.post(f"/desk/clinic/services/{slugs[-1]}/list", data={"do": "withdraw"})
    assert refused.status_code == 409
    assert [each["slug"] for each in (await catalogue(desk))["services"]] == slugs[-1:]


async def test_a_clinic_that_is_kept_in_its_file_is_for_reading(sqlite_url: str) -> None:
    async with running_desk(sqlite_url, clinic_file_rules=True) as desk:
        owner = await desk.signed_in()
        assert "kept in its file" in (await owner.get(POLICY)).text
        refused = await owner.post(POLICY, data={"grace": "5", "grace.unit": "min"})
        assert refused.status_code == 409
        assert await history(desk) == []


@pytest.mark.parametrize(
    "address", ["/desk/clinic/nothing", "/desk/clinic/services/none", "/desk/clinic/services"]
)
async def test_there_is_no_other_screen(desk: Desk, address: str) -> None:
    owner = await desk.signed_in()
    assert (await owner.get(address)).status_code == 404


async def test_the_screens_are_french_too(desk: Desk) -> None:
    owner = await desk.signed_in()
    page = (await owner.get(f"{SERVICE}?lang=fr")).text
    assert "Durée d’un rendez-vous" in page
    assert "Ce que verra le patient" in page
    assert "Length of a visit" not in page
