"""The screens of the clinic as a browser without a script uses them: fields of a form, and what it sends."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import httpx

from booking.catalogue.changes.record import RecordedChange, recorded_change
from booking.catalogue.changes.sections import content_of
from booking.catalogue.clinic_file.export.content import Content
from booking.catalogue.clinic_file.export.stored_rows import present_rows
from booking.storage.queries.audit import catalogue_changes_since
from tests.desk.desk_server import Desk

Changes = Mapping[str, str | list[str]]
"""What is typed, by the fields' names; a list where several have one name."""


class _Fields(HTMLParser):
    """The successful controls of the page's form with this action, in order."""

    def __init__(self, html: str, action: str) -> None:
        super().__init__()
        self.action, self.pairs, self.is_inside = action, list[tuple[str, str]](), False
        self.select = self.text = ""
        self.options: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.is_inside = given.get("action") == self.action
        if not self.is_inside:
            return
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in given):
            self.pairs.append((name, given.get("value", "")))
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option" and self.select:
            self.options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self.text, self.written = name, ""

    def handle_data(self, data: str) -> None:
        if self.text:
            self.written += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        elif tag == "select" and self.select:
            chosen = [value for value, is_chosen in self.options if is_chosen]
            self.pairs.append((self.select, [*chosen, *(value for value, _ in self.options)][0]))
            self.select = ""
        elif tag == "textarea" and self.text:
            # The first line break in the source belongs to the tag.
            self.pairs.append((self.text, self.written.removeprefix("\n")))
            self.text = ""


def fields_in(html: str, action: str) -> list[tuple[str, str]]:
    return _Fields(html, action).pairs


async def send(
    browser: httpx.AsyncClient,
    address: str,
    changes: Changes | None = None,
    **more: str,
) -> httpx.Response:
    """Open the screen, type the changes over what it shows, and send it."""
    page = await browser.get(address)
    assert page.status_code == 200, page.text
    return await send_as_shown(browser, page.text, address, changes, **more)


async def send_as_shown(
    browser: httpx.AsyncClient,
    html: str,
    address: str,
    changes: Changes | None = None,
    **more: str,
) -> httpx.Response:
    """Send the form of a page that was opened before."""
    typed: dict[str, list[str]] = {}
    for name, value in fields_in(html, address):
        typed.setdefault(name, []).append(value)
    for name, typing in {**(changes or {}), **more}.items():
        typed[name] = [typing] if isinstance(typing, str) else typing
    return await browser.post(address, data=typed)


async def catalogue(desk: Desk) -> Content:
    async with desk.database.read() as session:
        return content_of(await present_rows(session))


async def item(desk: Desk, table: str, slug: str) -> dict[str, Any]:
    items: list[dict[str, Any]] = (await catalogue(desk))[table]
    return next(each for each in items if each["slug"] == slug)


async def history(desk: Desk) -> list[RecordedChange]:
    async with desk.database.read() as session:
        return [recorded_change(row) for row in await catalogue_changes_since(session, 0)]
