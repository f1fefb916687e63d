"""Peers on hosts of their own: one is cut off in the middle, another cannot be called."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from disco_desktop.engine.task.task import SecureAggregation, encode_task
from disco_desktop.engine.weights.model_file import write_model
from tests.faults.child_server import ROOT
from tests.faults.network_hosts import Network, network, why_not
from tests.server.running_server import task_with, weights_of

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator
    from pathlib import Path

    from disco_desktop.engine.task.task import Task

ELEMENTS = 2_000_000  # of which a fourth is two pieces
PATIENCE = 90.0
ENDING_SECONDS = 5.0
# Who is cut off says no farewell: it has to be noticed.
LIMITS = {
    "heartbeat_seconds": 1.0,
    "reconnect_seconds": 1.0,
    "vanished_seconds": 0.2,
    "attempt_seconds": 20.0,
}

reason = why_not()
pytestmark = [
    pytest.mark.skipif(reason is not None, reason=reason or ""),
    pytest.mark.timeout(PATIENCE + 30),
]

MEAN = {"scheme": "decentralized", "weighting": "equal"}
SECURE = {
    "scheme": "decentralized",
    "weighting": "equal",
    "minimum_participants": 3,
    "aggregation": SecureAggregation(largest_change=64.0),
}


class Host:
    """A peer's process, on a host."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def tell(self, line: str = "") -> None:
        self._process.stdin.write(f"{line}\n".encode())

    async def hear(self, event: str) -> dict[str, Any]:
        said = json.loads(await self._process.stdout.readline())
        assert said["event"] == event
        return said

    async def exchanged(self) -> dict[str, Any]:
        """Wait for the end of an exchange; where it came to nothing, exchange again."""
        while (said := await self.hear("exchanged"))["is_void"]:
            self.tell("exchange")
        return said


class Hosts:
    """All hosts, and a session in which their peers meet."""

    def __init__(self, net: Network, folder: Path, task: Task) -> None:
        self.net = net
        self._folder = folder
        self._stack = contextlib.AsyncExitStack()
        self._settings: dict[str, object] = {"folder": str(folder), "elements": ELEMENTS}
        bundle = folder / "tasks" / task.id
        bundle.mkdir(parents=True)
        for place in (bundle, folder):
            (place / "task.json").write_bytes(encode_task(task))
        write_model(bundle / "weights.safetensors", weights_of(np.zeros(ELEMENTS)), {})

    async def _run(self, host: str, module: str, settings: dict[str, object]) -> Process:
        command = self.net.inside(host, sys.executable, "-m", module, json.dumps(settings))
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        self._stack.push_async_callback(_end, process)
        return process

    async def serve(self, host: str) -> None:
        """Run the server on a host."""
        address = self.net.address(host)
        server = await self._run(
            host,
            "tests.faults.server_process",
            {"folder": str(self._folder), "limits": LIMITS, "is_tls": True, "host": address},
        )
        port, fingerprint = (await server.stdout.readline()).decode().split()
        self._settings |= {"url": f"https://{address}:{port}", "fingerprint": fingerprint}

    async def join(self, host: str, seed: int, *, is_stopping: bool = False) -> Host:
        """Run a peer on a host, and wait until it is in the session."""
        process = await self._run(
            host,
            "tests.faults.peer_process",
            self._settings | {"seed": seed, "is_stopping": is_stopping},
        )
        joined = Host(process)
        await joined.hear("joined")
        return joined

    async def close(self) -> None:
        await self._stack.aclose()


async def _end(process: Process) -> None:
    """End a process that ends with its input; what does not is killed."""
    process.stdin.close()
    try:
        async with asyncio.timeout(ENDING_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def hosts(folder: Path, task: Task, *names: str) -> AsyncIterator[Hosts]:
    with network("server", *names) as net:
        made = Hosts(net, folder, task)
        try:
            async with asyncio.timeout(PATIENCE):
                await made.serve("server")
                yield made
        finally:
            await made.close()


def check_same(results: list[dict[str, Any]], *, round_: int, participants: int) -> None:
    assert len({said["digest"] for said in results}) == 1
    assert {said["round"] for said in results} == {round_}
    assert {said["participants"] for said in results} == {participants}


@pytest.mark.parametrize(
    ("settings", "names"),
    [(MEAN, ("one", "two", "three")), (SECURE, ("one", "two", "three", "four"))],
    ids=["mean", "secure"],
)
async def test_who_is_cut_off_in_the_middle_stops_nobody_and_takes_part_again(
    tmp_path: Path, settings: dict[str, Any], names: tuple[str, ...]
) -> None:
    members = len(names)
    async with hosts(tmp_path, task_with(**settings), *names) as made:
        *staying, leaving = [
            await made.join(name, seed, is_stopping=name == names[-1])
            for seed, name in enumerate(names)
        ]
        for one in (*staying, leaving):
            one.tell("exchange")
        await leaving.hear("in the middle")
        made.net.unplug(names[-1])
        leaving.tell()
        finished = await asyncio.gather(*(one.exchanged() for one in staying))
        check_same(finished, round_=1, participants=members - 1)
        assert all(said["is_counted"] for said in finished)

        made.net.plug(names[-1])
        late = await leaving.exchanged()
        assert not late["is_counted"]
        assert (late["round"], late["digest"]) == (1, finished[0]["digest"])

        for one in (*staying, leaving):
            one.tell("exchange")
        results = await asyncio.gather(*(one.exchanged() for one in (*staying, leaving)))
        check_same(results, round_=2, participants=members)
        assert all(said["is_counted"] for said in results)


async def test_who_cannot_be_called_is_reached_through_the_server(tmp_path: Path) -> None:
    async with hosts(tmp_path, task_with(**MEAN), "one", "two", "three") as made:
        for other in ("one", "two"):
            made.net.block("three", other)
        everybody = [
            await made.join(name, seed) for seed, name in enumerate(("one", "two", "three"))
        ]
        for one in everybody:
            one.tell("exchange")
        results = await asyncio.gather(*(one.exchanged() for one in everybody))
        check_same(results, round_=1, participants=3)
        one, two, three = results
        assert three["ways"] == {one["id"]: "relayed", two["id"]: "relayed"}
        assert one["ways"] == {two["id"]: "direct", three["id"]: "relayed"}
        assert two["ways"] == {one["id"]: "direct", three["id"]: "relayed"}
