"""Environmental health literacy: learn, survey, estimate, report. `create_app` is the table of contents."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from literacy_app.config import Settings


def create_app(settings: "Settings") -> "Flask":
    """The whole product as one WSGI application."""
    # Imported here so that rules, models and services can be used without Flask.
    from flask import Flask

    from literacy_app import tables  # noqa: F401 - all tables must be known before the database is used
    from literacy_app.accounts import guard
    from literacy_app.accounts.views import blueprint as accounts
    from literacy_app.areas.views import init_places
    from literacy_app.authoring.views import blueprint as authoring
    from literacy_app.exports.views import blueprint as exports
    from literacy_app.fieldwork.views import blueprint as fieldwork
    from literacy_app.groups.views.joining import blueprint as joining
    from literacy_app.groups.views.leading import blueprint as groups
    from literacy_app.groups.views.posters import blueprint as posters
    from literacy_app.home.views import blueprint as home
    from literacy_app.learners.views import remember_learner
    from literacy_app.lessons.views import blueprint as lessons
    from literacy_app.lessons.views import init_recordings
    from literacy_app.offline.views.api import blueprint as field_api
    from literacy_app.offline.views.app import blueprint as field
    from literacy_app.operations.views import blueprint as operations
    from literacy_app.paper.views.blueprint import blueprint as paper
    from literacy_app.practice.views.before_after import blueprint as before_after
    from literacy_app.practice.views.certificates import blueprint as certificates
    from literacy_app.practice.views.me import blueprint as me
    from literacy_app.practice.views.questions import blueprint as practice
    from literacy_app.practice.views.review import blueprint as review
    from literacy_app.quality.views import blueprint as quality
    from literacy_app.questions.views import blueprint as questions
    from literacy_app.reports.views.levels import blueprint as levels
    from literacy_app.reports.views.overview import blueprint as reports
    from literacy_app.sampling.views import blueprint as sampling
    from literacy_app.surveys.views.api import blueprint as api
    from literacy_app.surveys.views.office import blueprint as waves
    from literacy_app.surveys.views.pages import blueprint as surveys
    from literacy_app.webkit import assets, extensions, i18n, offline, pages, security

    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(settings.for_flask())
    extensions.init_database(app)
    extensions.compress.init_app(app)
    i18n.init_languages(app, settings.translations, settings.data / "translations")
    assets.init_assets(app, settings.data / "assets")
    security.init_security(app)
    guard.init_guard(app)
    pages.init_pages(app)
    offline.init_offline(app, settings.data)
    init_places(app)
    init_recordings(app, settings.content / "lessons")
    app.after_request(remember_learner)
    for blueprint in (operations, accounts, questions, lessons, surveys, api, waves, reports, home):
        app.register_blueprint(blueprint)
    for blueprint in (practice, authoring, review, before_after, me, certificates, groups, joining, posters):
        app.register_blueprint(blueprint)
    app.register_blueprint(levels)
    app.register_blueprint(sampling)
    app.register_blueprint(fieldwork)
    app.register_blueprint(field_api)
    app.register_blueprint(field)
    app.register_blueprint(quality)
    app.register_blueprint(paper)
    app.register_blueprint(exports)
    return app
