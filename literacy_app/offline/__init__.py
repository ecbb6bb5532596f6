"""The interviewer's app: what a phone is given, what it seals and sends, and what the server makes of it."""
