"""Staff: who they are, what they may do and where. Residents never have an account."""
