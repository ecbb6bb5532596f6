"""One question, whoever asks it: its shape, its words, its key, and the kinds there are."""
