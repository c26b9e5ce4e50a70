"""`book-online retention` says what would go, and deletes it."""

import asyncio
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from booking.domain.actor import ActorKind
from booking.retention.kinds import Kind
from booking.storage.database import Database
from booking.storage.models.audit import AuditAction, AuditEvent
from booking.storage.models.idempotency_keys import IdempotencyKey
from booking.storage.queries.clock import current_time
from graphql_api.cli.main import main
from tests.booking.notifications.bookings import make_booking
from tests.support.clinics import open_clinic, small_clinic


async def test_the_command_counts_by_table_and_deletes(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    await open_clinic(database, small_clinic())
    async with database.write() as session:
        now = await current_time(session)
        for age in (timedelta(hours=1), timedelta(days=2), timedelta(days=3)):
            key = uuid.uuid4()
            session.add(
                IdempotencyKey(key_hash=key.bytes, request_hash=b"", outcome=key, created_at=now - age)
            )

    async def say(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["book-online", "retention", *arguments])
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main)
        assert ended.value.code == 0
        return capsys.readouterr().out

    def counts(keys: int) -> str:
        found = {Kind.IDEMPOTENCY_KEYS: keys}
        return "".join(f"{kind}\t{found.get(kind, 0)}\n" for kind in Kind)

    assert [await say("--dry-run"), await say(), await say("--dry-run")] == [counts(2), counts(2), counts(0)]


async def test_patients_are_counted_before_the_file_is_loaded_and_erased_by_the_command(
    database: Database,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    await open_clinic(database, small_clinic())
    async with database.read() as session:
        booked_at = (await current_time(session)).replace(hour=12) - timedelta(days=100)
    at = booked_at.replace(hour=15, minute=0, second=0, microsecond=0) + timedelta(days=1)
    await make_booking(database, at, service="visit", practitioner="one", now=booked_at)
    file = tmp_path / "clinic.toml"
    file.write_text(small_clinic() + '[retention]\ncontact_data = "90 days"\n')

    async def say(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["book-online", *arguments])
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main)
        assert ended.value.code == 0
        return capsys.readouterr().out

    assert "to be erased for good (retention.contact_data): 1\n" in await say("load", "--dry-run", str(file))
    assert "\npatients\t0\n" in await say("retention", "--dry-run")
    await say("load", str(file))
    assert "\npatients\t1\n" in await say("retention", "--dry-run")
    assert "\npatients\t1\n" in await say("retention")
    assert "\npatients\t0\n" in await say("retention")
    async with database.read() as session:
        [event] = await session.scalars(select(AuditEvent))
    assert (event.action, event.actor_kind) == (AuditAction.ERASE, ActorKind.COMMAND_LINE)
