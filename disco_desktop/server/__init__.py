"""The aggregation server, as a program and as an object within another one."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from disco_desktop.server.in_process import Server

__all__ = ["Server"]


def __getattr__(name: str) -> Any:
    """Import the server when it is asked for, since clients import parts of this package."""
    if name != "Server":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module("disco_desktop.server.in_process").Server
