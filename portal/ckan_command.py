"""CKAN's command line with what the embedded portal needs: `python ckan_command.py -c INI …`."""

# Imported before CKAN, which imports `magic`: it brings the library that the system may lack.
import pylibmagic  # noqa: F401
from ckan.cli.cli import ckan

if __name__ == "__main__":
    ckan()
