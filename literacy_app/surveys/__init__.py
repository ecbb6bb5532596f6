"""Surveys: instruments, waves, links, the people drawn, and the one door through which every answer comes."""
