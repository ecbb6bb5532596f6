"""The official framework: dimensions, second-level classes, topics and the articles of an edition."""
