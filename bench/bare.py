"""The yardstick: a page of the same size from plain Flask and Jinja, and nothing else."""

import os

from flask import Flask, render_template_string

app = Flask(__name__, static_folder=None)
PAGE = "<!doctype html><html lang=zh><title>{{ title }}</title><main>{% for line in lines %}<p>{{ line }}</p>{% endfor %}</main>"
LINES = ["空气和我们的身体，" * 4] * (int(os.environ.get("BARE_BYTES", "5000")) // 115)


@app.get("/")
def page() -> str:
    """A page."""
    return render_template_string(PAGE, title="裸页", lines=LINES)
