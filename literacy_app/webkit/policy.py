"""The policy in force, for views."""

from pydantic import TypeAdapter

from literacy_app.foundation.errors import NotFound
from literacy_app.foundation.policy import Policy
from literacy_app.foundation.snapshots import in_force
from literacy_app.webkit.extensions import reading

KIND = "policy"
# Made once: an adapter takes milliseconds to make, which every page would pay.
_read = TypeAdapter(Policy).validate_json


def policy() -> Policy:
    """The figures of the last good `content/policy.yml`. Raises NotFound before any was loaded."""
    found = in_force(reading(), KIND, _read, None)
    if found is None:
        raise NotFound("policy")
    return found
