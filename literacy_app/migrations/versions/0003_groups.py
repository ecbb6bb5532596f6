"""Sessions of groups, who takes part, and what was answered."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "group_session",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("item_ids", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_group_session_pilot_id_pilot")),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_group_session")),
        sa.UniqueConstraint("pilot_id", "code", name=op.f("uq_group_session_pilot_id_code")),
    )
    op.create_index("ix_group_session_code", "group_session", ["code"])
    op.create_table(
        "group_participant",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("carried", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "session_id"],
            ["group_session.pilot_id", "group_session.id"],
            name=op.f("fk_group_participant_pilot_id_session_id_group_session"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "session_id", "id", name=op.f("pk_group_participant")),
        sa.UniqueConstraint(
            "pilot_id",
            "session_id",
            "secret_sha256",
            name=op.f("uq_group_participant_pilot_id_session_id_secret_sha256"),
        ),
    )
    op.create_table(
        "group_answer",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.String(length=80), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "session_id", "participant_id"],
            ["group_participant.pilot_id", "group_participant.session_id", "group_participant.id"],
            name=op.f("fk_group_answer_participant"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "session_id", "item_id", "participant_id", name=op.f("pk_group_answer")),
    )


def downgrade() -> None:
    """Step back; sessions are dropped, with all that was answered in them."""
    op.drop_table("group_answer")
    op.drop_table("group_participant")
    op.drop_table("group_session")
