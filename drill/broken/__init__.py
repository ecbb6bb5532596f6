"""Three servers that are wrong on purpose: a drill that does not catch each of them proves nothing about ours."""
