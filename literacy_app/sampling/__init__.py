"""The sampling desk: from a frame of villages to the households at whose doors interviewers knock, with every probability kept."""
