"""The revisions of a feature change tables of its own, and no others."""

import asyncio
from pathlib import Path

import pytest

from booking.storage.migrations.history import MigrationError, feature_history
from booking.storage.migrations.table_definitions import table_definitions
from booking.storage.migrations.upgrade import migrate, with_connection

REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("tips_given", sa.Column("id", sa.Integer(), primary_key=True))
    {work}
"""
ELSEWHERE = {
    "a column": ('op.add_column("appointments", sa.Column("tips_text", sa.String()))', "appointments"),
    "an index": ('op.create_index("tips_index", "patients", ["name"])', "patients"),
    "a table": ('op.create_table("reviews", sa.Column("id", sa.Integer(), primary_key=True))', "reviews"),
    "a removal": ('op.drop_table("ticks")', "ticks"),
}


def history_of(folder: Path, work: str) -> None:
    (folder / "0001_first.py").write_text(REVISION.format(work=work))


@pytest.mark.parametrize(("work", "table"), ELSEWHERE.values(), ids=ELSEWHERE)
async def test_a_change_of_another_table_is_refused_and_undone(
    database_url: str, tmp_path: Path, work: str, table: str
) -> None:
    await asyncio.to_thread(migrate, database_url)
    before = await asyncio.to_thread(with_connection, database_url, table_definitions)
    history_of(tmp_path, work)

    with pytest.raises(MigrationError) as refused:
        await asyncio.to_thread(migrate, database_url, [feature_history("tips", tmp_path)])

    assert refused.value.why == f"they change {table}; a feature's tables begin with 'tips_'"
    assert await asyncio.to_thread(with_connection, database_url, table_definitions) == before


async def test_a_feature_may_change_its_own_tables_and_refer_to_others(
    database_url: str, tmp_path: Path
) -> None:
    history_of(
        tmp_path,
        'op.create_table("tips_sent", sa.Column("id", sa.Integer(), primary_key=True),'
        ' sa.Column("appointment", sa.Uuid(), sa.ForeignKey("appointments.id"), index=True))',
    )
    await asyncio.to_thread(migrate, database_url, [feature_history("tips", tmp_path)])

    tables = await asyncio.to_thread(with_connection, database_url, table_definitions)
    assert {"tips_given", "tips_sent", "tips_alembic_version"} <= tables.keys()
