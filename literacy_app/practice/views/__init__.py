"""What learners see of practice.

questions     the map of the curriculum, a question and its explanation, mixed practice
review        three questions a day from what is due
before_after  the tests before and after a dimension's lessons
me            one's own progress, other phones, one's data
certificates  that a dimension is kept
"""
