"""A learner on several phones, resume codes, where an attempt was made, certificates, priority topics."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "learner_phone",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "learner_id"],
            ["learner.pilot_id", "learner.id"],
            name=op.f("fk_learner_phone_pilot_id_learner_id_learner"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "secret_sha256", name=op.f("pk_learner_phone")),
    )
    op.create_index("ix_learner_phone_pilot_id_learner_id", "learner_phone", ["pilot_id", "learner_id"])
    op.execute(
        "insert into learner_phone (pilot_id, secret_sha256, learner_id, since) "
        "select pilot_id, secret_sha256, id, created_at from learner"
    )
    with op.batch_alter_table("learner") as batch:
        batch.drop_constraint("uq_learner_pilot_id_secret_sha256", type_="unique")
        batch.drop_column("secret_sha256")
    op.create_table(
        "resume_code",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "learner_id"],
            ["learner.pilot_id", "learner.id"],
            name=op.f("fk_resume_code_pilot_id_learner_id_learner"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "code_sha256", name=op.f("pk_resume_code")),
    )
    op.create_index("ix_resume_code_pilot_id_learner_id", "resume_code", ["pilot_id", "learner_id"])
    with op.batch_alter_table("attempt") as batch:
        batch.add_column(sa.Column("setting", sa.String(length=20), nullable=False, server_default="practice"))
    with op.batch_alter_table("attempt") as batch:
        batch.alter_column("setting", existing_type=sa.String(length=20), existing_nullable=False, server_default=None)
    op.create_table(
        "certificate",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("dimension", sa.String(length=20), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "learner_id"],
            ["learner.pilot_id", "learner.id"],
            name=op.f("fk_certificate_pilot_id_learner_id_learner"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("pilot_id", "code", name=op.f("uq_certificate_pilot_id_code")),
    )
    op.create_index("ix_certificate_pilot_id_learner_id", "certificate", ["pilot_id", "learner_id"])
    op.create_table(
        "priority_topic",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_priority_topic_pilot_id_pilot")),
        sa.PrimaryKeyConstraint("pilot_id", "topic", "area_code", name=op.f("pk_priority_topic")),
    )


def downgrade() -> None:
    """Step back. Learners with several phones keep the first; codes, certificates and topics are dropped."""
    op.drop_table("priority_topic")
    op.drop_table("certificate")
    with op.batch_alter_table("attempt") as batch:
        batch.drop_column("setting")
    op.drop_table("resume_code")
    with op.batch_alter_table("learner") as batch:
        batch.add_column(sa.Column("secret_sha256", sa.String(length=64), nullable=True))
    op.execute(
        "update learner set secret_sha256 = (select min(p.secret_sha256) from learner_phone p "
        "where p.pilot_id = learner.pilot_id and p.learner_id = learner.id)"
    )
    op.execute("update learner set secret_sha256 = cast(id as varchar(64)) where secret_sha256 is null")
    with op.batch_alter_table("learner") as batch:
        batch.alter_column("secret_sha256", existing_type=sa.String(length=64), nullable=False)
        batch.create_unique_constraint("uq_learner_pilot_id_secret_sha256", ["pilot_id", "secret_sha256"])
    op.drop_table("learner_phone")
