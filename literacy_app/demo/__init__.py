"""A county that does not exist: synthetic interviews and demonstration sign-ins, only ever served on loopback."""
