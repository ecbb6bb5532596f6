"""One sheet of answers a submission, decisions and corrections, invitations, kiosks, and what keeps stuffing out."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

PILOT = sa.String(length=40)
SUBMISSION = ["submission.pilot_id", "submission.id"]
RESPONDENT = ["respondent.pilot_id", "respondent.id"]


def upgrade() -> None:
    """Step forward."""
    _new_columns()
    op.create_table(
        "answer_sheet",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("paradata", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["pilot_id", "submission_id"], SUBMISSION, name=op.f("fk_answer_sheet_pilot_id_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("pilot_id", "submission_id", name=op.f("pk_answer_sheet")),
    )
    op.execute(_gathered())
    op.drop_table("answer")
    op.drop_table("score")
    op.create_table(
        "judgement",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "submission_id"], SUBMISSION, name=op.f("fk_judgement_pilot_id_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("pilot_id", "submission_id", "made_at", name=op.f("pk_judgement")),
    )
    op.create_table(
        "invitation",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("respondent_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "respondent_id"], RESPONDENT, name=op.f("fk_invitation_pilot_id_respondent_id_respondent")
        ),
        sa.PrimaryKeyConstraint("pilot_id", "respondent_id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("pilot_id", "secret_sha256", name=op.f("uq_invitation_pilot_id_secret_sha256")),
    )
    op.create_table(
        "network_use",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("wave_id", sa.String(length=60), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("span", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pilot_id", "wave_id", "network", "span", name=op.f("pk_network_use")),
    )
    op.create_table(
        "spent_proof",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pilot_id", "signature", name=op.f("pk_spent_proof")),
    )
    op.create_index("ix_spent_proof_expires_at", "spent_proof", ["expires_at"])


def _new_columns() -> None:
    with op.batch_alter_table("survey_link") as table:
        table.add_column(sa.Column("kind", sa.String(length=20), server_default="open", nullable=False))
        table.add_column(sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("draft") as table:
        table.add_column(sa.Column("respondent_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("resume_sha256", sa.String(length=64), nullable=True))
        table.create_foreign_key(
            op.f("fk_draft_pilot_id_respondent_id_respondent"),
            "respondent",
            ["pilot_id", "respondent_id"],
            ["pilot_id", "id"],
        )
        table.create_index("ix_draft_resume_sha256", ["resume_sha256"])
    with op.batch_alter_table("submission") as table:
        table.add_column(sa.Column("verdict", sa.String(length=20), server_default="accepted", nullable=False))
        table.add_column(sa.Column("flags", sa.JSON(), server_default="[]", nullable=False))
        table.add_column(sa.Column("actor", sa.String(length=80), server_default="", nullable=False))
        table.add_column(sa.Column("sequence", sa.Integer(), nullable=True))
        table.add_column(sa.Column("consent_version", sa.String(length=20), nullable=True))
        table.add_column(sa.Column("replaces", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("correction", sa.String(length=400), nullable=True))
        table.create_foreign_key(
            op.f("fk_submission_pilot_id_replaces_submission"),
            "submission",
            ["pilot_id", "replaces"],
            ["pilot_id", "id"],
        )
    op.execute("UPDATE submission SET verdict = status")
    with op.batch_alter_table("submission") as table:
        for name in ("verdict", "flags", "actor"):
            table.alter_column(name, server_default=None)


SCORE = ("points", "max_points", "attained", "answered", "dont_know", "missing")


def _gathered() -> str:
    """The sheets out of the rows, one for every submission, also for those without an answer."""
    pairs = ", ".join(f"'{name}', {name}" for name in SCORE)
    if op.get_bind().dialect.name == "sqlite":
        given = "json(CASE WHEN code IS NULL THEN value ELSE json_object('code', code) END)"
        answers = f"json_group_object(question_id, {given})"
        points = "json_group_object(question_id, points) FILTER (WHERE points IS NOT NULL)"
        truth = pairs.replace(
            "'attained', attained", "'attained', json(CASE WHEN attained THEN 'true' ELSE 'false' END)"
        )
        scores = f"json_group_object(scale, json_object({truth}))"
    else:
        given = "CASE WHEN code IS NULL THEN value ELSE json_build_object('code', code) END"
        answers = f"json_object_agg(question_id, {given})"
        points = "json_object_agg(question_id, points) FILTER (WHERE points IS NOT NULL)"
        scores = f"json_object_agg(scale, json_build_object({pairs}))"
    here = "ON {0}.pilot_id = submission.pilot_id AND {0}.submission_id = submission.id"
    return (
        "INSERT INTO answer_sheet (pilot_id, submission_id, answers, points, scores) "  # noqa: S608 - nothing from outside
        "SELECT submission.pilot_id, submission.id, coalesce(sheet.answers, '{}'), coalesce(sheet.points, '{}'), "
        "coalesce(scales.scores, '{}') FROM submission LEFT JOIN ("
        f"SELECT pilot_id, submission_id, {answers} AS answers, {points} AS points FROM answer GROUP BY 1, 2"
        f") AS sheet {here.format('sheet')} LEFT JOIN ("
        f"SELECT pilot_id, submission_id, {scores} AS scores FROM score GROUP BY 1, 2"
        f") AS scales {here.format('scales')}"
    )


def downgrade() -> None:
    """Step back. Voided and replaced submissions become quarantined ones: the step before knows no other way not to count."""
    op.create_table(
        "answer",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["pilot_id", "submission_id"], SUBMISSION, name=op.f("fk_answer_pilot_id_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("pilot_id", "submission_id", "question_id", name=op.f("pk_answer")),
    )
    op.create_table(
        "score",
        sa.Column("pilot_id", PILOT, nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("scale", sa.String(length=40), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("max_points", sa.Integer(), nullable=False),
        sa.Column("attained", sa.Boolean(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("dont_know", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id", "submission_id"], SUBMISSION, name=op.f("fk_score_pilot_id_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("pilot_id", "submission_id", "scale", name=op.f("pk_score")),
    )
    op.execute(_spread())
    op.execute(_spread_scores())
    for name in ("answer_sheet", "judgement", "invitation", "network_use", "spent_proof"):
        op.drop_table(name)
    op.execute("UPDATE submission SET status = 'quarantined' WHERE status IN ('voided', 'replaced')")
    with op.batch_alter_table("submission") as table:
        table.drop_constraint(op.f("fk_submission_pilot_id_replaces_submission"), type_="foreignkey")
        for name in ("verdict", "flags", "actor", "sequence", "consent_version", "replaces", "correction"):
            table.drop_column(name)
    with op.batch_alter_table("draft") as table:
        table.drop_index("ix_draft_resume_sha256")
        table.drop_constraint(op.f("fk_draft_pilot_id_respondent_id_respondent"), type_="foreignkey")
        table.drop_column("resume_sha256")
        table.drop_column("respondent_id")
    with op.batch_alter_table("survey_link") as table:
        table.drop_column("revoked_at")
        table.drop_column("kind")


def _spread() -> str:
    if op.get_bind().dialect.name == "sqlite":
        return (
            "INSERT INTO answer (pilot_id, submission_id, question_id, value, code, points) "
            "SELECT pilot_id, submission_id, each.key, "
            "CASE WHEN each.type = 'object' THEN 'null' ELSE answers -> ('$.\"' || each.key || '\"') END, "
            "CASE WHEN each.type = 'object' THEN json_extract(each.value, '$.code') END, "
            "json_extract(points, '$.\"' || each.key || '\"') FROM answer_sheet, json_each(answers) AS each"
        )
    return (
        "INSERT INTO answer (pilot_id, submission_id, question_id, value, code, points) "
        "SELECT pilot_id, submission_id, each.key, "
        "CASE WHEN json_typeof(each.value) = 'object' THEN 'null'::json ELSE each.value END, "
        "CASE WHEN json_typeof(each.value) = 'object' THEN each.value ->> 'code' END, "
        "(points ->> each.key)::integer FROM answer_sheet, json_each(answers) AS each"
    )


def _spread_scores() -> str:
    if op.get_bind().dialect.name == "sqlite":
        fields = ", ".join(f"json_extract(each.value, '$.{name}')" for name in SCORE)
    else:
        kinds = {"attained": "boolean"}
        fields = ", ".join(f"(each.value ->> '{name}')::{kinds.get(name, 'integer')}" for name in SCORE)
    return (
        f"INSERT INTO score (pilot_id, submission_id, scale, {', '.join(SCORE)}) "  # noqa: S608 - nothing from outside
        f"SELECT pilot_id, submission_id, each.key, {fields} FROM answer_sheet, json_each(scores) AS each"
    )
