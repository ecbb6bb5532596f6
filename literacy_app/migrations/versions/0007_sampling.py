"""Frames, and what was drawn from them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

PILOT = sa.String(length=40)
AREA = sa.String(length=12)


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "frame",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_frame_pilot_id_pilot")),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_frame")),
    )
    op.create_table(
        "frame_unit",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("frame_id", sa.Uuid(), nullable=False),
        sa.Column("code", AREA, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("township", AREA, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("residence", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["pilot_id", "frame_id"], ["frame.pilot_id", "frame.id"], name=op.f("fk_frame_unit_pilot_id_frame_id_frame")
        ),
        sa.PrimaryKeyConstraint("pilot_id", "frame_id", "code", name=op.f("pk_frame_unit")),
    )
    op.create_table(
        "draw",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("frame_id", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("lonely", sa.JSON(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.String(length=80), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_draw_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_draw_wave_id_wave")),
        sa.ForeignKeyConstraint(
            ["pilot_id", "frame_id"], ["frame.pilot_id", "frame.id"], name=op.f("fk_draw_pilot_id_frame_id_frame")
        ),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_draw")),
        sa.UniqueConstraint("pilot_id", "wave_id", "number", name=op.f("uq_draw_pilot_id_wave_id_number")),
    )
    op.create_index(
        "uq_draw_pilot_id_wave_id",
        "draw",
        ["pilot_id", "wave_id"],
        unique=True,
        sqlite_where=sa.text("frozen_at IS NOT NULL"),
        postgresql_where=sa.text("frozen_at IS NOT NULL"),
    )
    op.create_table(
        "household",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("village", AREA, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("reserve", sa.Boolean(), nullable=False),
        sa.Column("stratum", sa.String(length=40), nullable=False),
        sa.Column("psu", sa.String(length=40), nullable=False),
        sa.Column("township_probability", sa.Double(), nullable=False),
        sa.Column("village_probability", sa.Double(), nullable=False),
        sa.Column("household_probability", sa.Double(), nullable=False),
        sa.Column("kish_table", sa.String(length=2), nullable=True),
        sa.ForeignKeyConstraint(
            ["pilot_id", "draw_id"], ["draw.pilot_id", "draw.id"], name=op.f("fk_household_pilot_id_draw_id_draw")
        ),
        sa.PrimaryKeyConstraint("pilot_id", "draw_id", "village", "number", name=op.f("pk_household")),
    )


def downgrade() -> None:
    """Step back. Frames and draws are lost; people drawn stay."""
    op.drop_table("household")
    op.drop_index("uq_draw_pilot_id_wave_id", table_name="draw")
    op.drop_table("draw")
    op.drop_table("frame_unit")
    op.drop_table("frame")
