"""Surveys on paper: the printable form, and keying what comes back, twice."""
