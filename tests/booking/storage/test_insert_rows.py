"""Rows written in one statement get the defaults of the columns that they leave unset."""

from sqlalchemy import select, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.storage.base import Table, core_table, insert_rows
from booking.storage.database import Database


class Reminder(Table):
    __tablename__ = "test_reminders"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(default="mail")
    attempts: Mapped[int] = mapped_column(server_default=text("3"))
    note: Mapped[str | None] = mapped_column(server_default=text("'none yet'"))


async def written(database: Database, *rows: Reminder) -> list[tuple[int, str, int, str | None]]:
    async with database.engine.execution_options(writes=True).begin() as connection:
        await connection.run_sync(core_table(Reminder).create)
    async with database.write() as session:
        await insert_rows(session, rows)
    async with database.read() as session:
        reminders = await session.scalars(select(Reminder).order_by(Reminder.id))
        return [(row.id, row.channel, row.attempts, row.note) for row in reminders]


async def test_a_column_that_is_not_set_gets_its_default(database: Database) -> None:
    assert await written(database, Reminder(id=1), Reminder(id=2)) == [
        (1, "mail", 3, "none yet"),
        (2, "mail", 3, "none yet"),
    ]


async def test_rows_that_set_different_columns_are_each_written_as_they_are(database: Database) -> None:
    rows = Reminder(id=1), Reminder(id=2, attempts=0, note=None), Reminder(id=3, channel="text")
    assert await written(database, *rows) == [
        (1, "mail", 3, "none yet"),
        (2, "mail", 0, None),
        (3, "text", 3, "none yet"),
    ]
