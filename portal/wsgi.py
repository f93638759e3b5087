"""The portal for a WSGI server: `gunicorn wsgi:application`, with CKAN_INI in the environment."""

import os

# Imported before CKAN, which imports `magic`: it brings the library that the system may lack.
import pylibmagic  # noqa: F401
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
