"""A member chooses the language of the desk, for all browsers."""

import pytest

from booking.domain.role import Role
from tests.desk.desk_server import Desk


async def test_the_desk_keeps_to_the_language_that_a_member_chose(desk: Desk) -> None:
    member, colleague = await desk.member(), await desk.signed_in(Role.RECEPTION)
    here, elsewhere = await desk.sign_in(member), await desk.sign_in(member)
    assert 'lang="en"' in (await here.get("/desk/day")).text

    await here.post("/desk/account/language", data={"language": "fr"})

    for browser in (here, elsewhere):
        assert '<html lang="fr"' in (await browser.get("/desk/day")).text
    # Also where a change is refused, and for one page in another language.
    refused = await here.post("/desk/book/hold", data={"service": "unknown"})
    assert (refused.status_code, '<html lang="fr"' in refused.text) == (409, True)
    assert '<html lang="en"' in (await here.get("/desk/day?lang=en")).text
    assert '<html lang="en"' in (await colleague.get("/desk/day")).text
    await here.post("/desk/account/language", data={"language": "en"})
    assert '<html lang="en"' in (await here.get("/desk/day")).text


@pytest.mark.parametrize("language", ["", "xx", "FR", "../fr"])
async def test_a_language_that_the_desk_lacks_is_refused(desk: Desk, language: str) -> None:
    browser = await desk.signed_in()

    refused = await browser.post("/desk/account/language", data={"language": language})

    assert (refused.status_code, "en, fr" in refused.text) == (409, True)
    assert '<html lang="en"' in (await browser.get("/desk/day")).text
