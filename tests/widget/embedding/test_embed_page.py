"""`/embed`: an owner chooses, sees the button as visitors will, and copies the lines."""

import re
from html import unescape

from playwright.async_api import Page, expect

from tests.support.site import Site
from tests.widget.accessibility.test_axe import AXE, AxeAudit


async def test_what_is_chosen_is_shown_at_once_and_copied(site: Site, page: Page) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(f"{site.url}/embed?lang=en")
    lines = page.get_by_role("textbox", name="Your two lines")
    await expect(lines).to_have_value(re.compile(r'<book-online lang="en"><a href="[^"]+/book">Book Online'))

    await page.get_by_label("Which service").select_option("dry-needling")
    await page.get_by_label("Which language").select_option("fr")
    await page.get_by_label("Say the soonest time on the button").check()
    await page.get_by_label("Its colour").fill("#7a3b69")
    await page.get_by_role("radio", name="Smartphone").check(force=True)
    wanted = (
        '<book-online service="dry-needling" next lang="fr" style="--book-online-accent: #7a3b69">'
        r'<a href="[^"]+/book/dry-needling">Réserver en ligne</a></book-online>'
    )
    await expect(lines).to_have_value(re.compile(wanted))

    frame = page.frame_locator("iframe")
    control = frame.locator("[part~=control]")
    await expect(control).to_have_css("background-color", "rgb(122, 59, 105)")
    await expect(control).to_contain_text("lun. à")
    await control.click()
    await expect(frame.get_by_role("heading", name="Choisissez une heure")).to_be_visible()

    await page.get_by_role("button", name="Copy the lines").click()
    await expect(page.get_by_text("Copied.")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == await lines.input_value()
    # The address keeps the choice.
    await page.reload()
    await expect(lines).to_have_value(re.compile(wanted))


async def test_axe_finds_nothing_on_the_page_in_both_languages(site: Site, page: Page) -> None:
    await page.add_init_script(path=AXE)
    audit = AxeAudit(page)
    for language in ("en", "fr"):
        await page.goto(f"{site.url}/embed?lang={language}&next=1&service=no-such-service")
        await expect(page.get_by_role("alert")).to_contain_text("no-such-service")
        await expect(page.frame_locator("iframe").locator("[part~=control]")).to_be_visible()
        await audit.check(language)
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
    assert audit.findings == []


async def test_the_page_is_strict_and_what_an_address_says_is_escaped(site: Site) -> None:
    hostile = {"service": '"><script>', "own": "1", "accent": "red;}</style>", "lang": "en"}
    page = await site.api.http.get("/embed", params=hostile)
    preview = await site.api.http.get("/embed/preview", params=hostile | {"own": ""})

    for answer, ancestors in ((page, "'none'; frame-src 'self'"), (preview, "'self'")):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert policy.endswith(f"frame-ancestors {ancestors}")
        assert '"><script>' not in answer.text
        assert "style=" not in answer.text
    assert 'We do not offer this any more: red;}</style>, "><script>.' in unescape(page.text)
