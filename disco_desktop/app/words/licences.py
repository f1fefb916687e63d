"""What the application contains, and under which licences."""

from __future__ import annotations

import importlib.metadata
import re
from dataclasses import dataclass

_OWN = "disco-desktop"
_LONGEST = 400  # characters; what is longer, or has several lines, is the whole text
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Component:
    """A library that is part of the application."""

    name: str
    version: str
    licence: str


def components() -> list[Component]:
    """Return the libraries that this installation needs to run, by name."""
    found: dict[str, Component] = {}
    ahead = [_OWN]
    while ahead:
        name = _normal(ahead.pop())
        if name in found:
            continue
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        metadata = distribution.metadata
        found[name] = Component(metadata["Name"], distribution.version, _licence(distribution))
        ahead += [
            match[0]
            for need in distribution.requires or ()
            if "extra ==" not in need and (match := _NAME.match(need))
        ]
    del found[_OWN]
    return sorted(found.values(), key=lambda component: component.name.casefold())


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(distribution: importlib.metadata.Distribution) -> str:
    """Return a licence's short name; some libraries give its whole text instead."""
    metadata = distribution.metadata
    for field in ("License-Expression", "License"):
        named = str((metadata.get_all(field) or [""])[0]).strip()
        if named and "\n" not in named and len(named) <= _LONGEST:
            return named
    for classifier in metadata.get_all("Classifier") or ():
        if classifier.startswith("License :: OSI Approved :: "):
            return str(classifier).rpartition(" :: ")[2]
    whole = str((metadata.get_all("License") or ["?"])[0])
    return whole.splitlines()[0][:_LONGEST]
