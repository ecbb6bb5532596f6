"""The quality desk: checks that look for trouble, back-checks drawn by the server, and what people decide."""
