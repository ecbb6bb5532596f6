"""The database's history: numbered steps in one line of descent."""
