"""Servers in processes of their own, each for many tests: what one does must not hurt the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.child_server import child_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.child_server import ChildServer

AT_ONCE = 1e-9  # seconds


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChildServer]:
    """A server with its own limits, but that it waits for nobody who is gone."""
    folder = tmp_path_factory.mktemp("server")
    with child_server(folder, reconnect_seconds=0.1, log_seconds=AT_ONCE) as running:
        yield running


@pytest.fixture(scope="session")
def hasty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChildServer]:
    """A server whose patience is short."""
    with child_server(
        tmp_path_factory.mktemp("hasty"),
        header_seconds=1.0,
        hello_seconds=1.0,
        piece_seconds=1.0,
        heartbeat_seconds=1.0,
        reconnect_seconds=0.5,
        log_seconds=AT_ONCE,
    ) as running:
        yield running


@pytest.fixture(scope="session")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChildServer]:
    """A server with a certificate of its own."""
    folder = tmp_path_factory.mktemp("tls")
    with child_server(folder, is_tls=True, reconnect_seconds=0.5, log_seconds=AT_ONCE) as running:
        yield running
