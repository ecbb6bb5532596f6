"""A resident who learns on a phone: no account, no name, only a random secret in a cookie."""
