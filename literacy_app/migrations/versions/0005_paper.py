"""Paper forms that are keyed twice and compared."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

PILOT = sa.String(length=40)


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "paper_form",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("wave_id", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alone_by", sa.String(length=80), nullable=True),
        sa.Column("alone_reason", sa.String(length=400), nullable=True),
        sa.Column("compared", sa.Integer(), nullable=True),
        sa.Column("differing", sa.Integer(), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=True),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_paper_form_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_paper_form_wave_id_wave")),
        sa.ForeignKeyConstraint(
            ["pilot_id", "submission_id"],
            ["submission.pilot_id", "submission.id"],
            name=op.f("fk_paper_form_pilot_id_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "wave_id", "number", name=op.f("pk_paper_form")),
    )
    op.create_table(
        "keyed_form",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("wave_id", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("page", sa.Uuid(), nullable=False),
        sa.Column("clerk", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("respondent_id", sa.Uuid(), nullable=True),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("keyed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "wave_id", "number"],
            ["paper_form.pilot_id", "paper_form.wave_id", "paper_form.number"],
            name=op.f("fk_keyed_form_pilot_id_wave_id_number_paper_form"),
        ),
        sa.ForeignKeyConstraint(
            ["pilot_id", "respondent_id"],
            ["respondent.pilot_id", "respondent.id"],
            name=op.f("fk_keyed_form_pilot_id_respondent_id_respondent"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "wave_id", "number", "entry", name=op.f("pk_keyed_form")),
        sa.UniqueConstraint("pilot_id", "page", name=op.f("uq_keyed_form_pilot_id_page")),
    )


def downgrade() -> None:
    """Step back. What was keyed once and never stored is lost; what was stored stays."""
    op.drop_table("keyed_form")
    op.drop_table("paper_form")
