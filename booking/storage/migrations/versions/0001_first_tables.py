"""The first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "clinic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_shown", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("website", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("slot_step", sa.Integer(), nullable=False),
        sa.Column("minimum_notice", sa.Integer(), nullable=False),
        sa.Column("horizon", sa.Integer(), nullable=False),
        sa.Column("hold_length", sa.Integer(), nullable=False),
        sa.Column("cancellation_notice", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_clinic_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic")),
    )
    op.create_table(
        "locations",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("public_holidays", sa.String(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_locations")),
    )
    op.create_table(
        "patients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patients")),
    )
    op.create_table(
        "practitioners",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_practitioners")),
    )
    op.create_table(
        "screening_questions",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=True),
        sa.Column(
            "if_yes",
            sa.Enum(
                "cleared", "tell", "call", name="if_yes", native_enum=False, create_constraint=True, length=16
            ),
            nullable=False,
        ),
        sa.Column(
            "if_unsure",
            sa.Enum(
                "cleared",
                "tell",
                "call",
                name="if_unsure",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "if_no",
            sa.Enum(
                "cleared", "tell", "call", name="if_no", native_enum=False, create_constraint=True, length=16
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_screening_questions")),
    )
    op.create_table(
        "services",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=True),
        sa.Column("preparation", sa.JSON(), nullable=True),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("price", sa.String(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("requires", sa.String(length=64), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "buffer_after >= 0 AND buffer_after % 5 = 0", name=op.f("ck_services_buffer_after")
        ),
        sa.CheckConstraint(
            "buffer_before >= 0 AND buffer_before % 5 = 0", name=op.f("ck_services_buffer_before")
        ),
        sa.CheckConstraint("duration > 0 AND duration % 5 = 0", name=op.f("ck_services_whole_ticks")),
        sa.CheckConstraint("visits BETWEEN 1 AND 12", name=op.f("ck_services_visits")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_services")),
    )
    op.create_table(
        "certifications",
        sa.Column("practitioner", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name=op.f("fk_certifications_practitioner")
        ),
        sa.PrimaryKeyConstraint("practitioner", "kind", name=op.f("pk_certifications")),
    )
    op.create_table(
        "closures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_closures_in_order")),
        sa.ForeignKeyConstraint(["location"], ["locations.slug"], name=op.f("fk_closures_location")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closures")),
    )
    op.create_index("ix_closures_location", "closures", ["location"])

    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["service"], ["services.slug"], name=op.f("fk_courses_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
    )
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("practitioner", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_holds_in_order")),
        sa.ForeignKeyConstraint(["location"], ["locations.slug"], name=op.f("fk_holds_location")),
        sa.ForeignKeyConstraint(["practitioner"], ["practitioners.slug"], name=op.f("fk_holds_practitioner")),
        sa.ForeignKeyConstraint(["service"], ["services.slug"], name=op.f("fk_holds_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_holds_token_hash")),
    )
    op.create_index("ix_holds_practitioner", "holds", ["practitioner"])

    op.create_table(
        "opening_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(length=64), nullable=False),
        sa.Column("practitioner", sa.String(length=64), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "0 <= opens AND opens < closes AND closes <= 1440", name=op.f("ck_opening_hours_in_order")
        ),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(["location"], ["locations.slug"], name=op.f("fk_opening_hours_location")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name=op.f("fk_opening_hours_practitioner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_hours")),
    )
    op.create_index("ix_opening_hours_location", "opening_hours", ["location"])

    op.create_table(
        "service_offers",
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("practitioner", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name=op.f("fk_service_offers_practitioner")
        ),
        sa.ForeignKeyConstraint(["service"], ["services.slug"], name=op.f("fk_service_offers_service")),
        sa.PrimaryKeyConstraint("service", "practitioner", name=op.f("pk_service_offers")),
    )
    op.create_table(
        "service_screening",
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question"], ["screening_questions.slug"], name=op.f("fk_service_screening_question")
        ),
        sa.ForeignKeyConstraint(["service"], ["services.slug"], name=op.f("fk_service_screening_service")),
        sa.PrimaryKeyConstraint("service", "question", name=op.f("pk_service_screening")),
    )
    op.create_table(
        "time_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practitioner", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_time_off_in_order")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name=op.f("fk_time_off_practitioner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_off")),
    )
    op.create_index("ix_time_off_practitioner", "time_off", ["practitioner"])

    op.create_table(
        "appointments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "booked", "cancelled", name="status", native_enum=False, create_constraint=True, length=16
            ),
            nullable=False,
        ),
        sa.Column("patient", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Uuid(), nullable=True),
        sa.Column("tell_practitioner", sa.JSON(), nullable=False),
        sa.Column("manage_token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("practitioner", sa.String(length=64), nullable=False),
        sa.Column("location", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_appointments_in_order")),
        sa.ForeignKeyConstraint(["course"], ["courses.id"], name=op.f("fk_appointments_course")),
        sa.ForeignKeyConstraint(["id"], ["holds.id"], name=op.f("fk_appointments_id")),
        sa.ForeignKeyConstraint(["location"], ["locations.slug"], name=op.f("fk_appointments_location")),
        sa.ForeignKeyConstraint(["patient"], ["patients.id"], name=op.f("fk_appointments_patient")),
        sa.ForeignKeyConstraint(
            ["practitioner"], ["practitioners.slug"], name=op.f("fk_appointments_practitioner")
        ),
        sa.ForeignKeyConstraint(["service"], ["services.slug"], name=op.f("fk_appointments_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
        sa.UniqueConstraint("reference", name=op.f("uq_appointments_reference")),
    )
    op.create_index("ix_appointments_course", "appointments", ["course"])
    op.create_index("ix_appointments_manage_token_hash", "appointments", ["manage_token_hash"])
    op.create_index("ix_appointments_practitioner_starts_at", "appointments", ["practitioner", "starts_at"])

    op.create_table(
        "ticks",
        sa.Column("resource", sa.String(length=64), nullable=False),
        sa.Column("tick", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner"], ["holds.id"], name=op.f("fk_ticks_owner"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("resource", "tick", name=op.f("pk_ticks")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ticks_owner", "ticks", ["owner"])


def downgrade() -> None:
    for table in (
        "ticks",
        "appointments",
        "time_off",
        "service_screening",
        "service_offers",
        "opening_hours",
        "holds",
        "courses",
        "closures",
        "certifications",
        "services",
        "screening_questions",
        "practitioners",
        "patients",
        "locations",
        "clinic",
    ):
        op.drop_table(table)
