"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "area",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name_zh", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("urban_rural_class", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("code", "valid_from", name=op.f("pk_area")),
    )
    op.create_table(
        "audit_event",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_at"), ["at"], unique=False)

    op.create_table(
        "instrument",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("key_body", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_instrument")),
    )
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=30), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("job", "period", name=op.f("pk_job_run")),
    )
    op.create_table(
        "pilot",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot")),
    )
    op.create_table(
        "snapshot",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "digest", name=op.f("pk_snapshot")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )
    op.create_table(
        "staff_failed_sign_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login_sha256", sa.String(length=64), nullable=False),
        sa.Column("network", sa.String(length=45), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_failed_sign_in")),
    )
    with op.batch_alter_table("staff_failed_sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_staff_failed_sign_in_login_sha256_at", ["login_sha256", "at"], unique=False)
        batch_op.create_index("ix_staff_failed_sign_in_network_at", ["network", "at"], unique=False)

    op.create_table(
        "baseline",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("scale", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_baseline_pilot_id_pilot")),
        sa.PrimaryKeyConstraint("pilot_id", "scale", name=op.f("pk_baseline")),
    )
    op.create_table(
        "learner",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_learner_pilot_id_pilot")),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_learner")),
        sa.UniqueConstraint("pilot_id", "secret_sha256", name=op.f("uq_learner_pilot_id_secret_sha256")),
    )
    op.create_table(
        "pilot_area",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_pilot_area_pilot_id_pilot")),
        sa.PrimaryKeyConstraint("pilot_id", "area_code", name=op.f("pk_pilot_area")),
    )
    op.create_table(
        "staff_grant",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_grant_staff_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", "role", "area_code", name=op.f("pk_staff_grant")),
    )
    op.create_table(
        "staff_sign_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("browser", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_sign_in_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sign_in")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_staff_sign_in_secret_sha256")),
    )
    with op.batch_alter_table("staff_sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_sign_in_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "target",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("scale", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_target_pilot_id_pilot")),
        sa.PrimaryKeyConstraint("pilot_id", "scale", "year", name=op.f("pk_target")),
    )
    op.create_table(
        "wave",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("instrument_name", sa.String(length=40), nullable=False),
        sa.Column("instrument_version", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_digest", sa.String(length=64), nullable=True),
        sa.Column("places", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instrument_name", "instrument_version"],
            ["instrument.name", "instrument.version"],
            name=op.f("fk_wave_instrument_name_instrument_version_instrument"),
        ),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_wave_pilot_id_pilot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
    )
    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wave_pilot_id"), ["pilot_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.String(length=10), nullable=False),
        sa.Column("item_id", sa.String(length=80), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "learner_id"],
            ["learner.pilot_id", "learner.id"],
            name=op.f("fk_attempt_pilot_id_learner_id_learner"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index("ix_attempt_pilot_id_learner_id", ["pilot_id", "learner_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.String(length=60), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("consent_version", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_draft_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_draft_wave_id_wave")),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_draft")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_changed_at"), ["changed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_secret_sha256"), ["secret_sha256"], unique=False)

    op.create_table(
        "respondent",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.String(length=60), nullable=False),
        sa.Column("stratum", sa.String(length=40), nullable=False),
        sa.Column("psu", sa.String(length=40), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_respondent_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_respondent_wave_id_wave")),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_respondent")),
    )
    with op.batch_alter_table("respondent", schema=None) as batch_op:
        batch_op.create_index("ix_respondent_pilot_id_wave_id", ["pilot_id", "wave_id"], unique=False)

    op.create_table(
        "survey_link",
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("wave_id", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_survey_link_wave_id_wave")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_survey_link")),
    )
    with op.batch_alter_table("survey_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_link_wave_id"), ["wave_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.String(length=60), nullable=False),
        sa.Column("instrument_name", sa.String(length=40), nullable=False),
        sa.Column("instrument_version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("stream", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("respondent_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "respondent_id"],
            ["respondent.pilot_id", "respondent.id"],
            name=op.f("fk_submission_pilot_id_respondent_id_respondent"),
        ),
        sa.ForeignKeyConstraint(["pilot_id"], ["pilot.id"], name=op.f("fk_submission_pilot_id_pilot")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_submission_wave_id_wave")),
        sa.PrimaryKeyConstraint("pilot_id", "id", name=op.f("pk_submission")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index("ix_submission_pilot_id_wave_id", ["pilot_id", "wave_id"], unique=False)
        batch_op.create_index(
            "uq_submission_pilot_id_respondent_id",
            ["pilot_id", "respondent_id"],
            unique=True,
            sqlite_where=sa.text("status = 'accepted'"),
            postgresql_where=sa.text("status = 'accepted'"),
        )

    op.create_table(
        "answer",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["pilot_id", "submission_id"],
            ["submission.pilot_id", "submission.id"],
            name=op.f("fk_answer_pilot_id_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "submission_id", "question_id", name=op.f("pk_answer")),
    )
    op.create_table(
        "score",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("scale", sa.String(length=40), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("max_points", sa.Integer(), nullable=False),
        sa.Column("attained", sa.Boolean(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("dont_know", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "submission_id"],
            ["submission.pilot_id", "submission.id"],
            name=op.f("fk_score_pilot_id_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "submission_id", "scale", name=op.f("pk_score")),
    )
    op.create_table(
        "submission_conflict",
        sa.Column("pilot_id", sa.String(length=40), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "submission_id"],
            ["submission.pilot_id", "submission.id"],
            name=op.f("fk_submission_conflict_pilot_id_submission_id_submission"),
        ),
        sa.PrimaryKeyConstraint("pilot_id", "submission_id", "sha256", name=op.f("pk_submission_conflict")),
    )


def downgrade() -> None:
    """Step back."""
    op.drop_table("submission_conflict")
    op.drop_table("score")
    op.drop_table("answer")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_submission_pilot_id_respondent_id",
            sqlite_where=sa.text("status = 'accepted'"),
            postgresql_where=sa.text("status = 'accepted'"),
        )
        batch_op.drop_index("ix_submission_pilot_id_wave_id")

    op.drop_table("submission")
    with op.batch_alter_table("survey_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_link_wave_id"))

    op.drop_table("survey_link")
    with op.batch_alter_table("respondent", schema=None) as batch_op:
        batch_op.drop_index("ix_respondent_pilot_id_wave_id")

    op.drop_table("respondent")
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_secret_sha256"))
        batch_op.drop_index(batch_op.f("ix_draft_changed_at"))

    op.drop_table("draft")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_attempt_pilot_id_learner_id")

    op.drop_table("attempt")
    with op.batch_alter_table("wave", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wave_pilot_id"))

    op.drop_table("wave")
    op.drop_table("target")
    with op.batch_alter_table("staff_sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_sign_in_staff_id"))

    op.drop_table("staff_sign_in")
    op.drop_table("staff_grant")
    op.drop_table("pilot_area")
    op.drop_table("learner")
    op.drop_table("baseline")
    with op.batch_alter_table("staff_failed_sign_in", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_failed_sign_in_network_at")
        batch_op.drop_index("ix_staff_failed_sign_in_login_sha256_at")

    op.drop_table("staff_failed_sign_in")
    op.drop_table("staff")
    op.drop_table("snapshot")
    op.drop_table("pilot")
    op.drop_table("job_run")
    op.drop_table("instrument")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_at"))

    op.drop_table("audit_event")
    op.drop_table("area")
