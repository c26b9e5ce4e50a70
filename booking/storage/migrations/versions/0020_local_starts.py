"""The wall time of visits as their patients were told it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("appointments", sa.Column("local_start", sa.String(), nullable=True))
    op.add_column("outbox_events", sa.Column("moved_from_local", sa.String(), nullable=True))
    # By today's rules: by them, patients have been told the times so far.
    locations = sa.table("locations", sa.column("slug"), sa.column("time_zone"))
    appointments = sa.table(
        "appointments",
        sa.column("id", sa.Uuid()),
        sa.column("location"),
        sa.column("starts_at", sa.DateTime(timezone=True)),
        sa.column("local_start"),
    )
    connection = op.get_bind()
    zones = {slug: ZoneInfo(zone) for slug, zone in connection.execute(sa.select(locations)).all()}
    columns = (appointments.c.id, appointments.c.location, appointments.c.starts_at)
    rows = [
        {"key": key, "local": _aware(starts_at).astimezone(zones[location]).isoformat()}
        for key, location, starts_at in connection.execute(sa.select(*columns)).all()
    ]
    if rows:
        told = sa.update(appointments).where(appointments.c.id == sa.bindparam("key"))
        connection.execute(told.values(local_start=sa.bindparam("local")), rows)


def _aware(stored: datetime) -> datetime:
    return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored


def downgrade() -> None:
    op.drop_column("outbox_events", "moved_from_local")
    op.drop_column("appointments", "local_start")
