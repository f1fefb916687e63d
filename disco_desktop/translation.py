"""Words in a person's language: every sentence that somebody reads goes through here.

The messages are the English sentences themselves; the translations are GNU gettext catalogues in
`resources/locale`, read when the first sentence is asked for. Children of a program speak its
language, since it stands in their environment.
"""

from __future__ import annotations

import gettext
import locale
import os
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "DISCO_LANGUAGE"
DOMAIN = "disco"
LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}
PSEUDO = "pseudo"  # English words made longer and accented, to find what is cut off or not marked


class Plural(NamedTuple):
    """A sentence that counts something.

    Attributes:
        one, many: the sentence for one, and for any other number.
        by: the argument that is the number.
    """

    one: str
    many: str
    by: str


class Said(NamedTuple):
    """A sentence that is another one in the window, which has buttons, and on the terminal."""

    window: str | Plural
    terminal: str | Plural


Sentence: TypeAlias = str | Plural | Said
Interface: TypeAlias = Literal["window", "terminal"]

_interface: list[Interface] = ["terminal"]


def use_interface(interface: Interface) -> None:
    """Say how this program speaks with a person."""
    _interface[:] = [interface]


def mark(text: str) -> str:
    """Mark a sentence that is translated where it is used."""
    return text


def mark_plural(one: str, many: str, by: str) -> Plural:
    """Mark a sentence that counts something, to be translated where it is used."""
    return Plural(one, many, by)


def tr(text: str) -> str:
    """Return a sentence in the language in use."""
    return _translations(language()).gettext(text)


def trn(one: str, many: str, number: int) -> str:
    """Return a sentence that counts something, in the form that the language has for a number."""
    return _translations(language()).ngettext(one, many, number)


def template(sentence: Sentence, arguments: Mapping[str, object]) -> str:
    """Return a marked sentence in the language in use, in the form for its number."""
    if isinstance(sentence, Said):
        sentence = sentence.window if _interface == ["window"] else sentence.terminal
    if isinstance(sentence, str):
        return tr(sentence)
    number = arguments.get(sentence.by)
    return trn(sentence.one, sentence.many, number if isinstance(number, int) else 2)


def language() -> str:
    """Return the code of the language in use: chosen, or the system's, or English."""
    chosen = os.environ.get(VARIABLE, "")
    return chosen if chosen in LANGUAGES or chosen == PSEUDO else system_language()


def use_language(code: str) -> None:
    """Speak a language from now on, and in all children; anything unknown is the system's."""
    if code in LANGUAGES or code == PSEUDO:
        os.environ[VARIABLE] = code
    else:
        os.environ.pop(VARIABLE, None)


@cache
def system_language() -> str:
    """Return the system's language where there is a translation, and else English."""
    names = [os.environ.get(name, "") for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")]
    names.append(locale.getlocale()[0] or "")
    first = next((name for name in names if name), "")
    code = first.partition(":")[0].partition("_")[0].partition(".")[0].lower()
    return code if code in LANGUAGES else "en"


@cache
def _translations(code: str) -> gettext.NullTranslations:
    if code == PSEUDO:
        return _Pseudo()
    if code == "en":
        return gettext.NullTranslations()
    folder = str(resource("locale"))
    return gettext.translation(DOMAIN, folder, languages=[code], fallback=True)


_ACCENTED = str.maketrans("aeiounycAEIOUNYC", "áéíóúñýçÁÉÍÓÚÑÝÇ")


class _Pseudo(gettext.NullTranslations):
    """Makes every sentence a third longer, and marks its ends."""

    def gettext(self, message: str) -> str:
        parts = [
            part if place % 2 else part.translate(_ACCENTED)
            for place, part in enumerate(_split_fields(message))
        ]
        return f"[{''.join(parts)}{'~' * (len(message) // 3)}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def _split_fields(message: str) -> list[str]:
    """Split at `{fields}`, which stay as they are: they are at the odd places."""
    parts: list[str] = []
    rest = message
    while True:
        before, brace, after = rest.partition("{")
        field, end, rest = after.partition("}")
        parts += [before, brace + field + end]
        if not rest:
            return parts
