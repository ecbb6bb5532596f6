"""Phones that interviewers collect with, the keys that records are sealed to, and the records."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

PILOT = sa.String(length=40)


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unsent", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("began", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_device_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_device_token_sha256")),
    )
    op.create_index(op.f("ix_device_staff_id"), "device", ["staff_id"])
    op.create_table(
        "field_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_key")),
    )
    op.create_table(
        "field_record",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_field_record_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_field_record_device_id_device")),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_field_record")),
    )
    op.create_index(op.f("ix_field_record_pilot_id_device_id"), "field_record", ["pilot_id", "device_id"])
    op.create_table(
        "field_record_conflict",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_field_record_conflict_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_field_record_conflict_device_id_device")),
        sa.PrimaryKeyConstraint("pilot_id", "record_id", "sha256", name=op.f("pk_field_record_conflict")),
    )


def downgrade() -> None:
    """Step back."""
    for table in ("field_record_conflict", "field_record", "field_key", "device"):
        op.drop_table(table)
