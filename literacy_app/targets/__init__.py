"""The targets room: what level is aimed at, by when, and whether it has been reached."""
