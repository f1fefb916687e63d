"""Joining a server: the client that fits a task's scheme."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from disco_desktop.engine.client.decentralized import DecentralizedClient
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.peers.peer_transport import PeerTransport
from disco_desktop.engine.client.served import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.client.address import ServerAddress
    from disco_desktop.engine.client.served import ServedClient
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.weights.manifest import Manifest


def client_at(
    address: ServerAddress,
    task: Task,
    manifest: Manifest,
    *,
    identity: Identity | None = None,
    session: int | None = None,
    patience: float = PATIENCE,
    is_relay_only: bool = False,
    peer_port: int | None = None,
    held: Path | None = None,
) -> ServedClient:
    """Return a client that joins a task's session at a server.

    Args:
        address: where the server is.
        task: says by which scheme the participants exchange.
        manifest: names and shapes of the weights.
        identity: the participant's key; a new one where it is None.
        session: the server's number of the session to come back to; None to join the open one.
        patience: seconds to wait for others before giving up.
        is_relay_only: reach peers through the server alone.
        peer_port: the port at which peers may call; any that is free where it is None.
        held: folder for the common model of a decentralized session; memory where it is None.
    """
    identity = identity or Identity.generate()
    if task.collaboration.scheme == "decentralized":
        return DecentralizedClient(
            task,
            manifest,
            address,
            identity,
            make_transport=partial(PeerTransport, is_relay_only=is_relay_only, port=peer_port),
            held=held,
            session=session,
            patience=patience,
        )
    return FederatedClient(task, manifest, address, identity, session=session, patience=patience)
