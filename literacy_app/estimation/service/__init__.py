"""What can be done with estimates.

requests  answer a request that stands in a file
"""

from literacy_app.estimation.service.requests import estimate_request

__all__ = ["estimate_request"]
