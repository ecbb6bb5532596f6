"""What staff see of paper.

blueprint   what the pages hang on
questions   how a form looks to whoever keys it
keying      the list of forms, the entry page, the comparison
correcting  a stored submission, corrected
printing    the printed form and cards that invite
"""

from literacy_app.paper.views import correcting, keying, printing  # noqa: F401 - they hang their pages on the blueprint
