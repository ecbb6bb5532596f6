"""What is done about the quality of interviews.

checking      signals and comparisons of a wave; imported where it is called, for it needs NumPy
back_checks   drawn after interviews came in, asked again, and how far the answers agree
reviewing     what a supervisor says of one interview
"""
