"""What everything stands on: tables, clock, errors, files, policy. Knows no other room and no Flask."""
