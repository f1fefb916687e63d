"""The tree of errors.

An error carries a code and its arguments; the sentence a person reads is made from them in
`disco_desktop.app.words.sentences`, so that it can be translated. The detail is for the log only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Argument: TypeAlias = str | int | float | list[str] | list[int]


class DiscoError(Exception):
    """Something went wrong in a way that a person can be told about.

    Attributes:
        code: names the sentence in the catalogue, for instance `file_missing`.
        arguments: what the sentence mentions.
        detail: technical words for the log, never for the screen; must hold no secret.
    """

    def __init__(self, code: str, *, detail: str = "", **arguments: Argument) -> None:
        super().__init__(code, arguments, detail)
        self.code = code
        self.arguments: dict[str, Argument] = arguments
        self.detail = detail

    @classmethod
    def told(cls, code: str, arguments: Mapping[str, Argument]) -> Self:
        """Return the error that another process told of; its arguments may be any."""
        error = cls(code)
        error.arguments = dict(arguments)
        return error

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        return f"{self.code}({told})" + (f": {self.detail}" if self.detail else "")


class TaskError(DiscoError):
    """A task is not known, or its description breaks the schema."""


class DataError(DiscoError):
    """The participant's data cannot be used as they are.

    Attributes:
        problems: all that was found in them (`Problem`), where they were examined.
    """

    problems: Sequence[Any] = ()


class ModelError(DiscoError):
    """A model, or a file of one, cannot be used."""


class StorageError(DiscoError):
    """This machine could not read or write what it keeps."""


class ServerError(DiscoError):
    """The server cannot be reached, is not the one that was expected, or refused."""


class ContributionError(DiscoError):
    """An update cannot be counted: wrong shape, not finite, too large, too late."""
