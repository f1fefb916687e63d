"""Peers who reach each other through an encrypted server alone, as behind a hospital's firewall."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING

import numpy as np
import pytest

from disco_desktop.engine.client.address import ServerAddress, client_session
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.client.peers.membership import Membership
from disco_desktop.engine.client.peers.peer_transport import PeerTransport
from disco_desktop.engine.client.peers.relayed import Relay
from disco_desktop.engine.client.peers.transport import LinkLimits, LinkLostError
from disco_desktop.server.certificates import own_certificate
from tests.end_to_end.peers import MEAN, SECURE, Participant, session, together
from tests.end_to_end.test_decentralized_exchange import check_same
from tests.faults.test_tls import listening

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.task.task import Task

VALUES = 600_000  # three pieces, the last of them shorter
RELAY_ONLY = functools.partial(PeerTransport, is_relay_only=True)


@pytest.mark.parametrize("task", [MEAN, SECURE], ids=["mean", "secure"])
async def test_an_exchange_and_a_late_joiner(tmp_path: Path, task: Task) -> None:
    vectors = np.random.default_rng(1).uniform(-1, 1, (3, VALUES)).astype(np.float32)
    async with (
        session(tmp_path, task, values=VALUES, is_tls=True) as server,
        together(server, 3, make_transport=RELAY_ONLY) as everybody,
        asyncio.timeout(60),
    ):
        assert server.url.startswith("https://")
        aggregates = await asyncio.gather(
            *(
                one.exchange(vector, round_=0)
                for one, vector in zip(everybody, vectors, strict=True)
            )
        )
        model = check_same(aggregates)
        np.testing.assert_allclose(model, vectors.mean(axis=0), atol=1e-5)
        for one in everybody:
            assert [peer.way for peer in one.client.peers] == ["relayed"] * 2
        late = Participant(server, make_transport=RELAY_ONLY)
        joined = await late.join()
        assert joined.weights.sha256() == aggregates[0].weights.sha256()
        await late.leave()
        async with (
            client_session(server.address) as http,
            http.get(server.address.endpoint("/metrics")) as answer,
        ):
            lines = (await answer.text()).splitlines()
    [relayed] = [line for line in lines if line.startswith("disco_relayed_bytes_total ")]
    assert float(relayed.split()[1]) > 3 * 2 * VALUES * 4


async def test_a_relay_with_another_certificate_is_told_nothing(tmp_path: Path) -> None:
    """Not even the token by which the server knows us."""
    (tmp_path / "server").mkdir()
    pinned = own_certificate(tmp_path / "server", []).fingerprint
    member = Membership(
        identity=Identity.generate(), task="titanic", task_digest="ab" * 32, session=1
    )
    async with listening(own_certificate(tmp_path, []).context) as (port, received):
        address = ServerAddress(f"https://127.0.0.1:{port}", pinned)
        async with client_session(address) as http:
            relay = Relay(address, lambda: "a token")
            with pytest.raises(LinkLostError, match="Fingerprint"):
                await relay.call(http, member, "b" * 16, LinkLimits())
        async with asyncio.timeout(30):
            assert await received.get() == b""
