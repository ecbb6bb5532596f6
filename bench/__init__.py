"""Benchmarks: always a ratio to a yardstick on the same server in the same run, for machines are noisy."""
