"""Door to door: who goes where, visits, rosters, reserves that were brought in, and what a chance is the chance of."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

PILOT = sa.String(length=40)
AREA = sa.String(length=12)
HOUSEHOLD = ["household.pilot_id", "household.draw_id", "household.village", "household.number"]
COUNTS, CURRENT = sa.text("counts"), sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Step forward."""
    with op.batch_alter_table("respondent") as table:
        table.add_column(sa.Column("unit", sa.String(length=20), server_default="person", nullable=False))
    with op.batch_alter_table("weight") as table:
        table.add_column(sa.Column("probability", sa.Double(), nullable=True))
    op.create_table(
        "assignment",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("village", AREA, nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by", sa.String(length=80), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["pilot_id", "draw_id"], ["draw.pilot_id", "draw.id"], name=op.f("fk_assignment_pilot_id_draw_id_draw")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_assignment_staff_id_staff")),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_pilot_id_staff_id", "assignment", ["pilot_id", "staff_id"])
    op.create_index(
        "uq_assignment_pilot_id_draw_id_village",
        "assignment",
        ["pilot_id", "draw_id", "village"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
    op.create_table(
        "visit",
        *_record("visit"),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("appointment", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_visit_pilot_id_draw_id", "visit", ["pilot_id", "draw_id", "village", "number"])
    op.create_table(
        "roster",
        *_record("roster"),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_roster_pilot_id_draw_id", "roster", ["pilot_id", "draw_id", "village", "number"])
    op.create_index(
        "uq_roster_pilot_id_draw_id_village_number",
        "roster",
        ["pilot_id", "draw_id", "village", "number"],
        unique=True,
        sqlite_where=COUNTS,
        postgresql_where=COUNTS,
    )
    op.create_table(
        "replacement",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("village", AREA, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "draw_id", "village", "number"],
            HOUSEHOLD,
            name=op.f("fk_replacement_pilot_id_draw_id_village_number_household"),
        ),
        sa.ForeignKeyConstraint(
            ["pilot_id", "draw_id", "village", "replaces"],
            HOUSEHOLD,
            name=op.f("fk_replacement_pilot_id_draw_id_village_replaces_household"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "draw_id", "village", "number", name=op.f("pk_replacement")),
        sa.UniqueConstraint(
            "pilot_id", "draw_id", "village", "replaces", name=op.f("uq_replacement_pilot_id_draw_id_village_replaces")
        ),
    )


def downgrade() -> None:
    """Step back. Assignments, visits, rosters and replacements are lost; interviews stay."""
    op.drop_table("replacement")
    op.drop_table("roster")
    op.drop_table("visit")
    op.drop_table("assignment")
    with op.batch_alter_table("weight") as table:
        table.drop_column("probability")
    with op.batch_alter_table("respondent") as table:
        table.drop_column("unit")


def _record(name: str) -> list[sa.schema.SchemaItem]:
    """What every record from a door has."""
    return [
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("village", AREA, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "draw_id", "village", "number"],
            HOUSEHOLD,
            name=op.f(f"fk_{name}_pilot_id_draw_id_village_number_household"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f(f"fk_{name}_staff_id_staff")),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f(f"pk_{name}")),
    ]
