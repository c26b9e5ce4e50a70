"""An owner uploads a photo and a logo, which are checked, shown, removed, and come back."""

import httpx
import pytest

from tests.booking.catalogue.clinic_file.images import png
from tests.desk.clinic.clinic_screens import catalogue, history, item, send
from tests.desk.desk_server import Desk

PERSON = "/desk/clinic/practitioners/sample-practitioner-a"
MAILS = "/desk/clinic/mails"


async def upload(
    browser: httpx.AsyncClient, address: str, content: bytes, name: str = "mine.png"
) -> httpx.Response:
    return await browser.post(f"{address}/image", files={"file": (name, content)})


async def test_a_photo_is_uploaded_kept_by_other_edits_removed_and_taken_back(desk: Desk) -> None:
    owner = await desk.signed_in()
    assert (await upload(owner, PERSON, png(400, 400))).status_code == 303
    name = (await item(desk, "practitioners", "sample-practitioner-a"))["photo"]
    shown = await owner.get(f"/desk/clinic/images/{name}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    assert f"/desk/clinic/images/{name}" in (await owner.get(PERSON)).text

    await send(owner, PERSON, {"name": "Sample Practitioner X"})
    assert (await item(desk, "practitioners", "sample-practitioner-a"))["photo"] == name

    removed = await owner.post(f"{PERSON}/image", files={"file": ("", b"")}, data={"remove": "1"})
    assert removed.status_code == 303
    assert "photo" not in await item(desk, "practitioners", "sample-practitioner-a")
    assert (await owner.get(f"/desk/clinic/images/{name}")).status_code == 404

    last = (await history(desk))[-1]
    await owner.post(f"/desk/clinic/history/{last.act}/undo", data={"from": "test"})
    assert (await item(desk, "practitioners", "sample-practitioner-a"))["photo"] == name


async def test_a_logo_goes_with_mails_from_now_on(desk: Desk) -> None:
    owner = await desk.signed_in()

    assert (await upload(owner, MAILS, png(240, 64))).status_code == 303

    assert (await catalogue(desk))["mails"]["logo"].endswith(".png")
    assert (await send(owner, MAILS, {"booked.en": "Sample", "booked.fr": "Exemple"})).status_code == 303
    assert (await catalogue(desk))["mails"]["logo"].endswith(".png")


@pytest.mark.parametrize(
    ("content", "words"), [(b"GIF89a", "mine.png"), (png(40, 40), "192"), (b"", "mine.png")]
)
async def test_another_file_is_refused_beside_the_field(desk: Desk, content: bytes, words: str) -> None:
    owner = await desk.signed_in()

    refused = await upload(owner, PERSON, content)

    assert refused.status_code == 422
    assert words in refused.text.partition('id="image-wrong"')[2]
    assert await history(desk) == []


async def test_what_is_no_upload_is_refused(desk: Desk) -> None:
    owner = await desk.signed_in()
    assert (await owner.post(f"{PERSON}/image", data={"file": "text"})).status_code == 415
    assert (await upload(owner, "/desk/clinic/policy", png(400, 400))).status_code == 404
    assert (await upload(owner, MAILS, b"x" * 300_000)).status_code == 413
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await owner.post(f"{PERSON}/image", content=b"--y", headers=broken)).status_code in (303, 400)
