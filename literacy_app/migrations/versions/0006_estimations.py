"""Residents of pilots, and versions of weights and results."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

PILOT = sa.String(length=40)


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "population",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_population_pilot_id_pilot")),
        sa.PrimaryKeyConstraint("pilot_id", name=op.f("pk_population")),
    )
    op.create_table(
        "estimation",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("data_digest", sa.String(length=64), nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_estimation_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_estimation_wave_id_wave")),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_estimation")),
        sa.UniqueConstraint("pilot_id", "wave_id", "number", name=op.f("uq_estimation_pilot_id_wave_id_number")),
    )
    op.create_table(
        "weight",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("estimation_id", sa.Uuid(), nullable=False),
        sa.Column("respondent_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "estimation_id"],
            ["estimation.pilot_id", "estimation.id"],
            name=op.f("fk_weight_pilot_id_estimation_id_estimation"),
        ),
        sa.ForeignKeyConstraint(
            ["pilot_id", "respondent_id"],
            ["respondent.pilot_id", "respondent.id"],
            name=op.f("fk_weight_pilot_id_respondent_id_respondent"),
        ),
        sa.ForeignKeyConstraint(
            ["pilot_id", "submission_id"],
            ["submission.pilot_id", "submission.id"],
            name=op.f("fk_weight_pilot_id_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "estimation_id", "respondent_id", name=op.f("pk_weight")),
    )


def downgrade() -> None:
    """Step back. Versions that were kept are lost; the answers that they were made from stay."""
    op.drop_table("weight")
    op.drop_table("estimation")
    op.drop_table("population")
