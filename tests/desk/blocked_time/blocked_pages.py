"""What tests of the pages of blocked time share: a filled form, its answers, and the rows behind them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlalchemy import select

from booking.storage.models.desk.blocked_time import BlockedTime, ExtraHours
from tests.desk.desk_server import Desk

LIST = "/desk/blocked-time"
BREAK: dict[str, Any] = {
    "kind": "break",
    "practitioner": "one",
    "day": "2026-11-24",
    "from": "09:00",
    "to": "10:00",
}


async def blocks(desk: Desk) -> Sequence[BlockedTime]:
    async with desk.database.read() as session:
        query = select(BlockedTime).where(BlockedTime.removed_at.is_(None)).order_by(BlockedTime.starts_at)
        return (await session.scalars(query)).all()


async def extra_hours(desk: Desk) -> Sequence[ExtraHours]:
    async with desk.database.read() as session:
        return (await session.scalars(select(ExtraHours).where(ExtraHours.removed_at.is_(None)))).all()


async def post(browser: httpx.AsyncClient, form: Mapping[str, Any]) -> httpx.Response:
    return await browser.post(LIST, data=form)


async def press(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """A button of a form that has no other fields than these."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return await browser.post(path, headers=headers, content=urlencode(fields))


def hidden_fields(page: httpx.Response) -> dict[str, Any]:
    """Of the form that asks once more."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: [value for other, value in found if other == name] for name, _ in found if name != "next"}
