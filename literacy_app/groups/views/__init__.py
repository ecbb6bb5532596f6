"""The pages of a group session: `leading` for staff and the screen, `joining` for phones, `posters` for the wall."""
