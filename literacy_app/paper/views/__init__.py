"""What staff see of paper.

seen        which wave somebody may see
questions   how a form looks to whoever keys it
keying      the list of forms, the entry page, the comparison
correcting  a stored submission, corrected
printing    the printed form and cards that invite
"""
