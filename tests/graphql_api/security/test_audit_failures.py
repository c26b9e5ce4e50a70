"""While the audit trail can't be written, partners see and change nothing, and patients go on."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from booking.storage.database import Database
from tests.graphql_api.conftest import Clock
from tests.graphql_api.security.audited_partner import CANCEL, NAME, NAMES, Partner, opened_by_partner
from tests.support.databases import open_database
from tests.support.graphql_client import PATIENT


async def refuse_inserts(database: Database) -> None:
    async with database.write() as session:
        if session.get_bind().dialect.name == "sqlite":
            await session.execute(
                text(
                    "CREATE TRIGGER refuse BEFORE INSERT ON audit_events "
                    "BEGIN SELECT RAISE(ABORT, 'not now'); END"
                )
            )
        else:
            await session.execute(
                text("ALTER TABLE audit_events ADD CONSTRAINT refuse CHECK (false) NOT VALID")
            )


async def delete_the_head(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("DELETE FROM audit_head"))


async def rename_the_table(database: Database) -> None:
    async with database.write() as session:
        await session.execute(text("ALTER TABLE audit_events RENAME TO elsewhere"))


@pytest.mark.parametrize("break_trail", [refuse_inserts, delete_the_head, rename_the_table])
async def test_without_a_row_nothing_is_shown_or_changed_but_to_the_patient(
    partner: Partner, break_trail: Callable[[Database], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    await break_trail(partner.database)
    answer = await partner.api.ask(NAMES, ids=[partner.ids["visit"]])
    assert answer["data"] == {"nodes": [{"patient": None}]}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["TRY_AGAIN"]
    cancelled = await partner.ask(CANCEL, input={"appointmentId": partner.ids["visit"]})
    assert cancelled["cancelAppointment"]["problems"] == [{"__typename": "TryAgain"}]
    assert "audit verify" in caplog.text
    assert PATIENT["email"] not in caplog.text

    del partner.api.http.headers["authorization"]
    shown = await partner.api.appointment(partner.ids["visit's token"])
    assert shown
    assert shown["status"] == "BOOKED"
    assert (await partner.api.cancel(partner.ids["visit's token"]))["problems"] == []


async def test_while_another_process_writes_for_long_nothing_is_shown(sqlite_url: str, clock: Clock) -> None:
    """On SQLite, where a view has to wait for all writers."""
    database = open_database(sqlite_url)
    async with opened_by_partner(database, f"{sqlite_url}?timeout=0.05", clock) as partner:
        async with database.write() as session:
            await session.execute(text("UPDATE audit_head SET id = id"))
            answer = await partner.api.ask(NAMES, ids=[partner.ids["visit"]])
        assert answer["data"] == {"nodes": [{"patient": None}]}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["TRY_AGAIN"]
        assert await partner.rows() == []
        assert NAME in str(await partner.ask(NAMES, ids=[partner.ids["visit"]]))
    await database.close()
