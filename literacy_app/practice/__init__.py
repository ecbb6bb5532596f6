"""Practising: an answer, whether it is right, and why."""
