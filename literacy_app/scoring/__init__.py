"""From marks to points, from points to whether a person has literacy."""
