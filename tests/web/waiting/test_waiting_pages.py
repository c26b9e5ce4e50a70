"""Take, decline and leave by the link in a mail, without a script."""

import asyncio
import re

import httpx

from booking.storage.models.waiting_list import OfferOutcome, WaitingListStatus
from booking.waiting_list.join import Joined
from tests.booking.waiting_list.test_joining import SCREENED
from tests.booking.waiting_list.waiting_clinic import DAY, MINUTE, NINE, NOON, TUESDAY, WaitingClinic
from tests.support.clinics import open_clinic
from tests.support.site import Site
from tests.web.visits.test_visit_pages import fields


async def offered(clinic: WaitingClinic) -> Joined:
    joined = await clinic.join()
    await clinic.fill()
    return joined


async def test_one_tap_takes_the_time_that_is_held(clinic: WaitingClinic, patient: httpx.AsyncClient) -> None:
    joined = await offered(clinic)
    page = await patient.get(f"/waiting/{joined.token}")
    assert "<h1>A time is free for you</h1>" in page.text
    assert "We hold it for you until 12:30" in page.text
    assert "Move or cancel online until" in page.text
    assert (await clinic.state(joined.token)).entry.waits

    taken = await patient.post(f"/waiting/{joined.token}/accept", data=fields(page), follow_redirects=True)

    assert taken.status_code == 200
    assert "<h1>The time is yours</h1>" in taken.text
    [link] = re.findall(r'href="(/visits/[^"]+)"', taken.text)
    assert "Will you come?" in (await patient.get(link)).text


async def test_two_phones_at_once_get_the_same_visit(
    clinic: WaitingClinic, patient: httpx.AsyncClient
) -> None:
    joined = await offered(clinic)
    page = await patient.get(f"/waiting/{joined.token}")

    answers = await asyncio.gather(
        *(
            patient.post(f"/waiting/{joined.token}/accept", data=fields(page), follow_redirects=True)
            for _ in range(2)
        )
    )

    assert ["The time is yours" in each.text for each in answers] == [True, True]
    assert [each.outcome for each in await clinic.offers()] == [OfferOutcome.ACCEPTED]


async def test_who_is_late_is_shown_other_times_and_waits_on(
    site: Site, clinic: WaitingClinic, patient: httpx.AsyncClient
) -> None:
    joined = await offered(clinic)
    page = await patient.get(f"/waiting/{joined.token}")
    site.clock.now += 31 * MINUTE

    late = await patient.post(f"/waiting/{joined.token}/accept", data=fields(page))

    assert late.status_code == 409
    assert "<h1>We could hold this time no longer</h1>" in late.text
    assert "You are still on the waiting list" in late.text
    assert late.text.count("/book/visit?lang=en&amp;at=") == 3
    [first, *_] = re.findall(r'href="(/book/visit[^"]+at=[^"]+)"', late.text)
    assert (await patient.get(first.replace("&amp;", "&"))).status_code == 200
    assert (await clinic.state(joined.token)).entry.waits
    again = await patient.get(f"/waiting/{joined.token}")
    assert "We could hold this time no longer" in again.text


async def test_declining_frees_the_time_and_keeps_the_place(
    clinic: WaitingClinic, patient: httpx.AsyncClient
) -> None:
    joined = await offered(clinic)
    page = await patient.get(f"/waiting/{joined.token}")

    declined = await patient.post(
        f"/waiting/{joined.token}/decline", data=fields(page), follow_redirects=True
    )

    assert "<h1>Thank you for telling us</h1>" in declined.text
    state = await clinic.state(joined.token)
    assert (state.entry.waits, state.offers[0].outcome) == (True, OfferOutcome.DECLINED)


async def test_leaving_asks_first_and_works_by_one_click_of_a_mail_program(
    clinic: WaitingClinic, patient: httpx.AsyncClient
) -> None:
    joined = await clinic.join()
    asks = await patient.get(f"/waiting/{joined.token}/leave")
    assert "<h1>Leave the waiting list?</h1>" in asks.text
    assert (await clinic.state(joined.token)).entry.waits

    form = {"List-Unsubscribe": "One-Click"}
    left = await patient.post(f"/waiting/{joined.token}/leave?lang=fr", data=form)

    assert left.status_code == 200
    assert "<h1>Vous n’êtes plus sur la liste d’attente</h1>" in left.text
    assert (await clinic.state(joined.token)).entry.status is WaitingListStatus.CANCELLED
    assert (await patient.get(f"/waiting/{joined.token}/leave")).status_code == 303


async def test_a_later_visit_is_named_and_moved(
    site: Site, clinic: WaitingClinic, patient: httpx.AsyncClient
) -> None:
    [later] = await clinic.book(NINE + 2 * DAY, email="later@example.com")
    joined = await clinic.join(manage_token=later.token)
    waits = await patient.get(f"/waiting/{joined.token}")
    assert "<h1>You are on the waiting list</h1>" in waits.text
    assert "Your visit of Thursday, November 26" in waits.text
    await clinic.fill()
    page = await patient.get(f"/waiting/{joined.token}")
    assert "stays as it is until you take this time" in page.text

    await patient.post(f"/waiting/{joined.token}/accept", data=fields(page), follow_redirects=True)

    state = await clinic.state(joined.token)
    assert state.appointment is not None
    assert (state.appointment.id, state.appointment.starts_at) == (later.appointments[0].id, NINE)


async def test_questions_are_asked_again_and_a_blocked_answer_leads_to_the_phone(
    clinic: WaitingClinic, patient: httpx.AsyncClient
) -> None:
    text = SCREENED.replace('screening_valid = "30 days"', 'screening_valid = "1 day"')
    await open_clinic(clinic.database, text, now=NOON)
    late = TUESDAY + DAY
    joined = await clinic.join(answers={"fear": "no", "pacemaker": "no"}, first_day=late, last_day=late)
    await clinic.fill()
    page = await patient.get(f"/waiting/{joined.token}")
    assert page.text.count("<fieldset") == 3
    address = f"/waiting/{joined.token}/accept"

    missing = await patient.post(address, data={**fields(page), "answer-fear": "no"})
    assert missing.status_code == 422
    assert "Please tick what applies" in missing.text
    blocked = await patient.post(
        address, data={**fields(page), "answer-fear": "no", "answer-pacemaker": "yes"}
    )
    assert blocked.status_code == 403
    assert "416.545.1881" in blocked.text
    assert (await clinic.state(joined.token)).entry.waits
    taken = await patient.post(
        address,
        data={**fields(page), "answer-fear": "no", "answer-pacemaker": "no"},
        follow_redirects=True,
    )
    assert "The time is yours" in taken.text


async def test_a_link_that_opens_nothing_leads_to_the_phone(patient: httpx.AsyncClient) -> None:
    for path in ("", "/leave"):
        unknown = await patient.get(f"/waiting/{'0' * 64}{path}")
        assert unknown.status_code == 404
        assert "416.545.1881" in unknown.text
    for path in ("/accept", "/decline", "/leave"):
        answer = await patient.post(f"/waiting/{'0' * 64}{path}", data={"offer": "nonsense"})
        assert answer.status_code in (303, 404)


async def test_an_entry_whose_last_day_is_over_says_so(
    site: Site, clinic: WaitingClinic, patient: httpx.AsyncClient
) -> None:
    await clinic.fill_day()
    joined = await clinic.join()
    clinic.now += 3 * DAY
    await clinic.fill(sweep=True)

    page = await patient.get(f"/waiting/{joined.token}")
    assert "<h1>Your time on the waiting list is over</h1>" in page.text
