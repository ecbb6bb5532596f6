"""Names and telephone numbers for back-checks, kept apart from every answer, under a key of their own, until the day the wave states."""
