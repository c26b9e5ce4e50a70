"""The clinic's country, which decides where patients' phone numbers without a country code are from."""

import phonenumbers
import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

UNKNOWN = "ZZ"


def upgrade() -> None:
    op.add_column("clinic", sa.Column("country", sa.String(2), server_default=UNKNOWN, nullable=False))
    # Until the clinic's file is loaded again: the region of its own number, as before.
    clinics = sa.table("clinic", sa.column("id"), sa.column("phone"), sa.column("country"))
    connection = op.get_bind()
    for key, phone in connection.execute(sa.select(clinics.c.id, clinics.c.phone)).all():
        region = phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or UNKNOWN
        country = region if len(region) == len(UNKNOWN) else UNKNOWN
        connection.execute(sa.update(clinics).where(clinics.c.id == key).values(country=country))


def downgrade() -> None:
    op.drop_column("clinic", "country")
