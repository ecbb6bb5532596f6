"""The estimation room: from weighted answers of a probability sample to a level with its uncertainty."""
