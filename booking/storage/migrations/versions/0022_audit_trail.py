"""The audit trail: rows that the database itself refuses to change, and their head."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

ACTIONS = ("read", "create", "update", "delete", "export", "erase")
ACTOR_KINDS = ("api-key", "command-line", "staff", "feature", "server")
REFUSAL = "the audit trail is append-only"
IS_CHECKPOINT = "pruned_through IS NOT NULL"
HAS_CHECKPOINT = "EXISTS (SELECT 1 FROM audit_events WHERE pruned_through >= OLD.sequence)"


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", _enum("action", ACTIONS), nullable=False),
        sa.Column("actor_kind", _enum("actor_kind", ACTOR_KINDS), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("patient", sa.Uuid(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("pruned_through", sa.BigInteger(), nullable=True),
        sa.Column("previous_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("hmac", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_audit_events_sequence")),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_events"),
    )
    op.create_index("ix_audit_events_patient_sequence", "audit_events", ["patient", "sequence"])
    op.create_index(
        "ix_audit_events_checkpoints",
        "audit_events",
        ["pruned_through"],
        sqlite_where=sa.text(IS_CHECKPOINT),
        postgresql_where=sa.text(IS_CHECKPOINT),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("event_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("hmac", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "sequence": 0, "event_hmac": b"", "hmac": b""}])
    if op.get_bind().dialect.name == "sqlite":
        _refuse_changes_on_sqlite()
    else:
        _refuse_changes_on_postgresql()


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=16)


def _refuse_changes_on_sqlite() -> None:
    conditions = {
        "BEFORE UPDATE": "TRUE",
        "BEFORE DELETE": f"NOT {HAS_CHECKPOINT}",
        # INSERT OR REPLACE deletes without the trigger of a DELETE.
        "BEFORE INSERT": "EXISTS (SELECT 1 FROM audit_events WHERE sequence = NEW.sequence)",
    }
    for moment, condition in conditions.items():
        name = f"audit_events_{moment.split()[1].lower()}"
        op.execute(
            f"CREATE TRIGGER {name} {moment} ON audit_events WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def _refuse_changes_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE FUNCTION refuse_audit_delete() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {HAS_CHECKPOINT} THEN RETURN OLD; END IF; RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for name, when, function in (
        ("update", "BEFORE UPDATE ON audit_events FOR EACH STATEMENT", "refuse_audit_change"),
        ("truncate", "BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT", "refuse_audit_change"),
        ("delete", "BEFORE DELETE ON audit_events FOR EACH ROW", "refuse_audit_delete"),
    ):
        trigger = f"audit_events_{name}"
        op.execute(f"CREATE TRIGGER {trigger} {when} EXECUTE FUNCTION {function}()")
        # Also in a session that has switched ordinary triggers off.
        op.execute(f"ALTER TABLE audit_events ENABLE ALWAYS TRIGGER {trigger}")


def downgrade() -> None:
    op.drop_table("audit_head")
    op.drop_table("audit_events")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change()")
        op.execute("DROP FUNCTION refuse_audit_delete()")
