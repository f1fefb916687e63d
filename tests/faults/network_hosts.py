"""Hosts with addresses of their own on one network: network namespaces that a switch joins.

They are made of Linux's own means, with `ip`, in namespaces only: nothing of this machine's own
network is touched, and with the namespaces all that was in them is gone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SECONDS = 20.0


def why_not() -> str | None:
    """Return why this machine cannot have such hosts; None where it can."""
    if sys.platform != "linux":
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "network namespaces need the program `ip`"
    name = f"disco-{os.getpid()}-try"
    try:
        _ip("netns", "add", name)
        try:
            _ip("-n", name, "link", "add", "try", "type", "bridge")
            _ip("-n", name, "link", "add", "one", "type", "veth", "peer", "name", "other")
        finally:
            _ip("netns", "del", name)
    except subprocess.SubprocessError as error:
        return f"this machine allows no network namespaces: {error}"
    return None


class Network:
    """Hosts by name, all on one switch."""

    def __init__(self, prefix: str, names: Sequence[str]) -> None:
        self._prefix = prefix
        self._numbers = {name: number for number, name in enumerate(names, start=1)}

    def address(self, host: str) -> str:
        """Return a host's address, of the range for tests of networks (RFC 2544)."""
        return f"198.18.0.{self._numbers[host]}"

    def namespace(self, host: str) -> str:
        """Return the name of a host's namespace."""
        return f"{self._prefix}-{host}"

    def inside(self, host: str, *command: str) -> list[str]:
        """Return what runs a command on a host."""
        return ["ip", "netns", "exec", self.namespace(host), *command]

    def plug(self, host: str) -> None:
        """Put a host's cable into the switch."""
        self._switch("link", "set", f"to{self._numbers[host]}", "up")

    def unplug(self, host: str) -> None:
        """Pull a host's cable out: what is sent gets lost, and nobody is told."""
        self._switch("link", "set", f"to{self._numbers[host]}", "down")

    def block(self, host: str, other: str) -> None:
        """Let a host send nothing to another, so that neither reaches the other."""
        _ip("-n", self.namespace(host), "route", "add", "blackhole", f"{self.address(other)}/32")

    def add_switch(self) -> None:
        """Make the switch."""
        _ip("netns", "add", self.namespace("switch"))
        self._switch("link", "add", "switch", "type", "bridge")
        self._switch("link", "set", "switch", "up")

    def add_host(self, host: str) -> None:
        """Make a host and plug it in."""
        name, port = self.namespace(host), f"to{self._numbers[host]}"
        _ip("netns", "add", name)
        self._switch("link", "add", port, "type", "veth", "peer", "name", "cable", "netns", name)
        self._switch("link", "set", port, "master", "switch")
        _ip("-n", name, "address", "add", f"{self.address(host)}/24", "dev", "cable")
        _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", name, "link", "set", "cable", "up")
        self.plug(host)

    def remove(self) -> None:
        """Remove all hosts and the switch."""
        for host in ("switch", *self._numbers):
            with contextlib.suppress(subprocess.CalledProcessError):  # perhaps it was never made
                _ip("netns", "del", self.namespace(host))

    def _switch(self, *arguments: str) -> None:
        _ip("-n", self.namespace("switch"), *arguments)


@contextlib.contextmanager
def network(*names: str) -> Iterator[Network]:
    """Make a network of hosts, and remove it in the end."""
    made = Network(f"disco-{os.getpid()}", names)
    try:
        made.add_switch()
        for name in names:
            made.add_host(name)
        yield made
    finally:
        made.remove()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=_SECONDS)
