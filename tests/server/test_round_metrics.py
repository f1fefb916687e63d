"""The figures for Prometheus follow what the rooms do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from disco_desktop.engine.errors import ContributionError
from tests.server.running_server import running_server, weights_of

if TYPE_CHECKING:
    from pathlib import Path


async def test_rounds_contributions_and_bytes_are_counted(tmp_path: Path) -> None:
    async with running_server(tmp_path, initial=weights_of([1, 2, 3])) as server:
        clients = [server.client() for _ in range(2)]
        await asyncio.gather(*(client.connect() for client in clients))
        with pytest.raises(ContributionError):
            await clients[0].on_round_end_communication(
                weights_of([float("nan"), 0, 0]), base_round=0, samples=1
            )
        await asyncio.gather(
            *(
                client.on_round_end_communication(weights_of([1, 1, 1]), base_round=0, samples=1)
                for client in clients
            )
        )
        async with aiohttp.ClientSession() as http, http.get(f"{server.url}/metrics") as answer:
            figures = dict(
                line.rsplit(" ", 1)
                for line in (await answer.text()).splitlines()
                if not line.startswith("#")
            )
        await asyncio.gather(*(client.disconnect() for client in clients))
    assert figures['disco_rounds_total{task="titanic"}'] == "1.0"
    assert figures['disco_contributions_accepted_total{task="titanic"}'] == "2.0"
    refused = 'disco_contributions_refused_total{reason="update_not_finite",task="titanic"}'
    assert figures[refused] == "1.0"
    assert figures['disco_round_seconds_count{task="titanic"}'] == "1.0"
    assert float(figures["disco_received_bytes_total"]) == 3 * 12
    assert float(figures["disco_sent_bytes_total"]) == 4 * 12
