"""The Chinese that CKAN's own translation lacks, made ready where CKAN looks for it.

CKAN wants compiled catalogues. They are made anew at every start, below the portal's storage
and not beside the sources, which may be read-only and serve several portals.
"""

import os
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DOMAIN = "ckanext-gongkai"
SOURCES = Path(__file__).parent / "i18n"


def locales() -> list[str]:
    """The locales that have a catalogue."""
    return sorted(path.stem for path in SOURCES.glob("*.po"))


def install(target: Path) -> None:
    """Lay out every catalogue below `target` as gettext expects it, source and compiled."""
    for locale in locales():
        directory = target / locale / "LC_MESSAGES"
        directory.mkdir(parents=True, exist_ok=True)
        source = (SOURCES / f"{locale}.po").read_bytes()
        compiled = BytesIO()
        write_mo(compiled, read_po(BytesIO(source), locale=locale))
        _write(directory, {f"{DOMAIN}.po": source, f"{DOMAIN}.mo": compiled.getvalue()}.items())


def _write(directory: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write what has changed, whole: other processes of the portal start at the same time."""
    for name, content in files:
        path = directory / name
        # CKAN makes its scripts' translations anew where this file is newer than they are.
        if path.exists() and path.read_bytes() == content:
            continue
        part = directory / f"{name}.{os.getpid()}"
        part.write_bytes(content)
        part.replace(path)
