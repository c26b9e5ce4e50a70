"""Events of one appointment, or one course, in order."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

INDEX = "ix_outbox_events_ordering_key_position"
EVENTS = sa.table(
    "outbox_events",
    sa.column("id", sa.Uuid),
    sa.column("appointments", sa.JSON),
    sa.column("occurred_at", sa.DateTime(timezone=True)),
    sa.column("ordering_key", sa.Uuid),
    sa.column("position", sa.Integer),
)
APPOINTMENTS = sa.table("appointments", sa.column("id", sa.Uuid), sa.column("course", sa.Uuid))


def upgrade() -> None:
    op.add_column("outbox_events", sa.Column("ordering_key", sa.Uuid(), nullable=True))
    op.add_column("outbox_events", sa.Column("position", sa.Integer(), nullable=True))
    connection = op.get_bind()
    courses = sa.select(APPOINTMENTS.c.id, APPOINTMENTS.c.course).where(APPOINTMENTS.c.course.is_not(None))
    course_of = dict(connection.execute(courses).all())
    positions: dict[uuid.UUID, int] = {}
    events = sa.select(EVENTS.c.id, EVENTS.c.appointments).order_by(EVENTS.c.occurred_at)
    for event, appointments in connection.execute(events).all():
        first = uuid.UUID(appointments[0])
        key = course_of.get(first, first)
        positions[key] = positions.get(key, 0) + 1
        connection.execute(
            EVENTS.update().where(EVENTS.c.id == event).values(ordering_key=key, position=positions[key])
        )
    op.create_index(INDEX, "outbox_events", ["ordering_key", "position"])


def downgrade() -> None:
    op.drop_index(INDEX, "outbox_events")
    op.drop_column("outbox_events", "position")
    op.drop_column("outbox_events", "ordering_key")
