"""The blueprint that the pages of the room hang on."""

from flask import Blueprint

blueprint = Blueprint("paper", __name__, template_folder="../templates")
