"""What people see of a survey (`pages`), and what programs may call (`api`)."""
