"""Extract the sentences of the program, update their translations, and compile them.

`python packaging/messages.py` rewrites `resources/locale/disco.pot`, brings each language's
`disco.po` up to date with it and compiles it to `disco.mo`; with `--check` it changes nothing and
fails where that would.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGE = CHECKOUT / "disco_desktop"
LOCALE = CHECKOUT / "resources" / "locale"
LANGUAGES = ("de", "fr")
CODE = re.compile("[a-z]+(_[a-z]+)+")
# A number says at which place of a call the sentence stands.
KEYWORDS = {
    "tr": None,
    "mark": None,
    "trn": (1, 2),
    "mark_plural": (1, 2),
    "counted": (2, 3),
    "_count": (2, 3),
}


def main() -> int:
    """Do it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing")
    is_checking = parser.parse_args().check
    template = extracted()
    wanted = {LOCALE / "disco.pot": po_bytes(template)}
    for code in LANGUAGES:
        file = LOCALE / code / "LC_MESSAGES" / "disco.po"
        catalog = read(file, code)
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        # Else a compiled catalogue holds the minute in which it was made, and is stale in the next.
        catalog.creation_date = datetime(2026, 1, 1, tzinfo=UTC)
        wanted[file] = po_bytes(catalog)
        compiled = io.BytesIO()
        write_mo(compiled, catalog)
        wanted[file.with_suffix(".mo")] = compiled.getvalue()
    stale = [path for path, content in wanted.items() if not same(path, content)]
    for path in stale:
        print(f"{'stale' if is_checking else 'written'}: {path.relative_to(CHECKOUT)}")
        if not is_checking:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[path])
    return 1 if stale and is_checking else 0


def extracted() -> Catalog:
    """Return all sentences of the program, in the order of their places."""
    template = Catalog(project="disco-desktop", charset="utf-8", header_comment="")
    found = extract_from_dir(PACKAGE, [("**.py", "python")], keywords=KEYWORDS)
    for place, _, message, _, _ in sorted(found, key=lambda one: (one[0], one[1])):
        if isinstance(message, str) and CODE.fullmatch(message):
            continue  # a method of another meaning is called `mark` too
        template.add(message, locations=[(f"disco_desktop/{Path(place).as_posix()}", "")])
    template.creation_date = template.revision_date = None  # type: ignore[assignment]
    return template


def read(file: Path, code: str) -> Catalog:
    """Return a language's translations, or an empty catalogue where there are none yet."""
    if not file.exists():
        return Catalog(locale=code, project="disco-desktop", charset="utf-8", header_comment="")
    with file.open("rb") as opened:
        return read_po(opened, locale=code)


def po_bytes(catalog: Catalog) -> bytes:
    """Return a catalogue as a text file: without places and dates, which change all the time."""
    written = io.BytesIO()
    write_po(written, catalog, no_location=True, omit_header=True, width=100)
    header = (
        f"# Sentences of Disco Desktop{'' if catalog.locale is None else f': {catalog.locale}'}\n"
    )
    fields = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    if catalog.locale is not None:
        fields += f'"Language: {catalog.locale}\\n"\n"Plural-Forms: {catalog.plural_forms};\\n"\n'
    return f"{header}{fields}\n".encode() + written.getvalue()


def same(path: Path, content: bytes) -> bool:
    """Tell whether a file holds this already."""
    return path.exists() and path.read_bytes() == content


if __name__ == "__main__":
    sys.exit(main())
