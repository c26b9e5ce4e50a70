"""The account's list of sessions names browsers as people do."""

import pytest

from desk.access.account.browser_name import browser_and_system
from tests.desk.desk_server import Desk

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K)"
CHROMEBOOK = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize(
    ("user_agent", "names"),
    [
        (FIREFOX, "Firefox, Windows"),
        (f"{WINDOWS} {KIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge, Windows"),
        (f"{WINDOWS} {KIT} Chrome/140.0.0.0 Safari/537.36 OPR/120.0.0.0", "Opera, Windows"),
        (f"{MAC} {KIT} Chrome/140.0.0.0 Safari/537.36", "Chrome, macOS"),
        (f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Safari, macOS"),
        (f"{IPHONE} {KIT} Version/18.1 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        (f"{IPHONE} {KIT} CriOS/140.0.7339.101 Mobile/15E148 Safari/604.1", "Chrome, iPhone"),
        (f"{ANDROID} {KIT} SamsungBrowser/28.0 Chrome/130.0 Safari/537.36", "Samsung Internet, Android"),
        (f"{CHROMEBOOK} {KIT} Chrome/140.0.0.0 Safari/537.36", "Chrome, ChromeOS"),
        ("curl/8.5.0", None),
        ("Firefox/140.0", None),
        ("", None),
    ],
)
def test_a_browser_and_its_system_have_names(user_agent: str, names: str | None) -> None:
    found = browser_and_system(user_agent)

    assert (", ".join(found) if found else None) == names


async def test_a_member_reads_which_browser_a_session_is_of(desk: Desk) -> None:
    member = await desk.member()
    browser = await desk.browser()
    sign_in = {"link": await desk.link(member)}
    await browser.post("/desk/sign-in/link", data=sign_in, headers={"User-Agent": FIREFOX})
    await desk.sign_in(member)  # httpx, which says what it is in words of its own

    page = await browser.get("/desk/account")
    french = await browser.get("/desk/account?lang=fr")

    assert "Firefox on Windows" in page.text
    assert "Firefox sur Windows" in french.text
    assert "Mozilla/5.0" not in page.text
    assert "python-httpx" in page.text
