"""The office's pages of results: `overview` first, `levels` in detail, and `choosing` the pilot and the wave that they are about."""
