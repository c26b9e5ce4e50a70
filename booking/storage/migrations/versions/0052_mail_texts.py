"""The clinic's own words in its mails."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.add_column("clinic", sa.Column("mail_texts", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("clinic", "mail_texts")
