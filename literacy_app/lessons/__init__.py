"""The curriculum: lessons of a few minutes, one idea, one picture, one action."""
