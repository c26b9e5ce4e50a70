"""A lost link is mailed again, an address corrected, and a link opened, without a script."""

import re

import httpx

from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.outbox import register_listeners
from tests.booking.notifications.bookings import SampleBooking
from tests.support.site import Site


async def test_a_lost_link_has_one_answer_for_all(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    async with site.database.write() as session:
        await register_listeners(session, [MAIL_LISTENER])
    assert 'href="/manage/lost?lang=en"' in (await patient.get("/manage")).text
    assert 'href="/manage/lost?lang=fr"' in (await patient.get("/book?lang=fr")).text
    form = {"reference": booking.appointments[0].reference, "email": "patient@example.com"}

    right = await patient.post("/manage/lost", data=form)
    wrong = await patient.post("/manage/lost", data=form | {"email": "other@example.com"})

    assert (right.status_code, "Look into your mail" in right.text) == (200, True)
    assert right.text == wrong.text
    mistyped = await patient.post("/manage/lost?lang=fr", data=form | {"reference": "12"})
    assert (mistyped.status_code, "huit lettres et chiffres" in mistyped.text) == (422, True)


async def test_an_address_is_corrected_by_a_plain_form(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    async with site.database.write() as session:
        await register_listeners(session, [MAIL_LISTENER])
    path = f"/visits/{booking.token}/address"
    assert "Where shall we write to?" in (await patient.get(path)).text

    mistyped = await patient.post(path, data={"email": "jane"})
    assert (mistyped.status_code, 'value="jane"' in mistyped.text) == (422, True)
    [key] = re.findall(r'name="key" value="(\w+)"', mistyped.text)
    [done, again] = [
        await patient.post(path, data={"email": "right@example.com", "key": key}) for _ in range(2)
    ]
    assert "The confirmation goes to right@example.com" in done.text
    assert again.text == done.text  # A second tap.
    [link] = set(re.findall(r"/visits/[0-9a-f]{64}(?=\?lang=en)", done.text))
    assert booking.appointments[0].reference in (await patient.get(link)).text
    for former in (f"/visits/{booking.token}", path):
        ended = await patient.get(former)
        assert (ended.status_code, 'href="/manage/lost?lang=en"' in ended.text) == (404, True)
        assert "tel:" in ended.text


async def test_a_clinic_without_mails_says_to_call(
    booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    path = f"/visits/{booking.token}/address"
    form = {"reference": booking.appointments[0].reference, "email": "right@example.com"}

    for page in [await patient.post(path, data=form), await patient.post("/manage/lost", data=form)]:
        assert (page.status_code, "We send no mails. Call us: <a" in page.text) == (422, True)
        assert 'value="right@example.com"' in page.text


async def test_a_pasted_link_opens_the_visit_without_a_script(
    booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    link = f"https://booking.example.com/manage?lang=fr#{booking.token}"

    page = await patient.post("/manage?lang=fr", data={"link": link}, follow_redirects=True)
    assert booking.appointments[0].reference in page.text
    assert str(page.url).endswith(f"/visits/{booking.token}?lang=fr")
    lost = await patient.post("/manage", data={"link": "no link!"}, follow_redirects=True)
    assert lost.url.path == "/manage/lost"
