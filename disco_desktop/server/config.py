"""What a server is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from disco_desktop.server.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class ServerConfig:
    """The settings of one server.

    Attributes:
        data_dir: everything that the server keeps.
        tasks_dir: task bundles, one folder a task; without it the server offers the default ones.
        host: the address that it listens at.
        port: its port; zero lets the system choose.
        is_tls: whether connections are encrypted.
        public_hosts: further names that participants reach it by.
        limits: what it bears.
    """

    data_dir: Path
    tasks_dir: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    is_tls: bool = False
    public_hosts: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
