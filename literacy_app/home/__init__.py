"""The front door: the one page that shows learning and the running survey, side by side and apart."""
