"""What Alembic runs for each command: the connection is handed over by `service.py`, which owns the transaction."""

from alembic import context

given = context.config.attributes
context.configure(connection=given["connection"], target_metadata=given.get("metadata"), render_as_batch=True)
context.run_migrations()
