"""What CKAN loads: it makes CKAN run without Solr, its Chinese pages work, and its pages ours.

CKAN 2.12 has no interface for another search engine. The narrowest seam is
`make_connection`, through which every part of CKAN gets its Solr client; what it returns
here keeps the same documents in a PostgreSQL table. How CKAN builds documents and queries
stays CKAN's own.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
from ckan import model, plugins
from ckan.lib import search
from ckan.lib.search import common, index, query
from ckan.plugins import toolkit
from ckan.views import api

from . import pages, translations
from .table import DocumentTable

# The page's <html lang> (with hyphens), and CKAN's name of the same locale.
REPAIRED_LOCALES = {"zh_Hans-CN": "zh_Hans_CN", "zh_Hant-TW": "zh_Hant_TW"}


class GongkaiPlugin(plugins.SingletonPlugin):
    """Replaces the search connection, repairs the Chinese pages, and adds templates."""

    plugins.implements(plugins.IConfigurer)
    plugins.implements(plugins.IBlueprint)
    plugins.implements(plugins.ITemplateHelpers)
    plugins.implements(plugins.ITranslation)

    def update_config(self, config: Any) -> None:
        """Add the templates; swap the search connection, before CKAN looks for its Solr."""
        toolkit.add_template_directory(config, "templates")

        def connect(decode_dates: bool = True) -> DocumentTable:
            engine = model.meta.engine
            assert engine is not None, "CKAN binds its engine before anything searches"
            return DocumentTable(engine)

        def schema_is_right(schema_file: str | None = None) -> bool:
            return True

        # Each of these modules imported the function by name and holds its own reference.
        for module in (common, index, query, search):
            vars(module)["make_connection"] = connect
        vars(search)["check_solr_schema_version"] = schema_is_right

    def get_helpers(self) -> dict[str, Callable[..., Any]]:
        """What the templates here call."""
        return pages.helpers()

    def i18n_directory(self) -> str:
        """Where the catalogues are, made ready."""
        target = Path(toolkit.config["ckan.storage_path"]) / "i18n" / "gongkai"
        translations.install(target)
        return str(target)

    def i18n_locales(self) -> list[str]:
        """The locales that have a catalogue."""
        return translations.locales()

    def i18n_domain(self) -> str:
        """The catalogues' name."""
        return translations.DOMAIN

    def get_blueprint(self) -> flask.Blueprint:
        """The addresses of the interface's translations that CKAN 2.12.0 answers with 400.

        The page's script takes the locale from <html lang="zh-Hans-CN"> and asks for
        /api/i18n/zh_Hans-CN. Without an answer none of the page's scripts start, so there
        is no table preview in Chinese.
        """
        blueprint = flask.Blueprint("gongkai_i18n", __name__)
        for asked, locale in REPAIRED_LOCALES.items():
            blueprint.add_url_rule(
                f"/api/i18n/{asked}",
                endpoint=locale,
                view_func=_translations(locale),
            )
        return blueprint


def _translations(locale: str) -> Callable[[], Any]:
    """The view that answers with the translations of one locale."""

    def view() -> Any:
        return api.i18n_js_translations(locale)

    return view
