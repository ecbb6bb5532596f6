"""Contacts apart from answers, back-checks, and what supervisors noted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

PILOT = sa.String(length=40)
AREA = sa.String(length=12)
HOUSEHOLD = ["household.pilot_id", "household.draw_id", "household.village", "household.number"]


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "household_contact",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("village", AREA, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "draw_id", "village", "number"],
            HOUSEHOLD,
            name=op.f("fk_household_contact_pilot_id_draw_id_village_number_household"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_household_contact")),
    )
    op.create_index(
        "ix_household_contact_pilot_id_draw_id", "household_contact", ["pilot_id", "draw_id", "village", "number"]
    )
    op.create_table(
        "back_check_seed",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("wave_id", sa.String(length=60), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_back_check_seed_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_back_check_seed_wave_id_wave")),
        sa.PrimaryKeyConstraint("pilot_id", "wave_id", name=op.f("pk_back_check_seed")),
    )
    op.create_table(
        "back_check",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_to", sa.String(length=80), nullable=True),
        sa.Column("method", sa.String(length=20), nullable=True),
        sa.Column("result", sa.String(length=20), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=True),
        sa.Column("answers", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["pilot_id", "submission_id"],
            ["submission.pilot_id", "submission.id"],
            name=op.f("fk_back_check_pilot_id_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "submission_id", name=op.f("pk_back_check")),
    )
    op.create_table(
        "review_note",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "submission_id"],
            ["submission.pilot_id", "submission.id"],
            name=op.f("fk_review_note_pilot_id_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "submission_id", "made_at", name=op.f("pk_review_note")),
    )


def downgrade() -> None:
    """Step back. Contacts, back-checks and notes are lost; interviews and decisions about them stay."""
    for table in ("review_note", "back_check", "back_check_seed"):
        op.drop_table(table)
    op.drop_index("ix_household_contact_pilot_id_draw_id", table_name="household_contact")
    op.drop_table("household_contact")
