"""`kill -9` of the server's program and of participants: what was acknowledged is not lost."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import sys
from typing import TYPE_CHECKING, Self

import msgspec
import numpy as np
import pytest

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.task.task import encode_task
from disco_desktop.engine.weights.model_file import write_model
from disco_desktop.engine.weights.weights import Weights
from tests.faults.child_server import ROOT
from tests.faults.participant_process import update_of
from tests.faults.recomputation import closed_rounds, counted, digest_of, next_model
from tests.server.running_server import task_with, weights_of

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Iterable
    from pathlib import Path

    from disco_desktop.engine.task.task import Task

ROUNDS, ELEMENTS = 16, 300_000  # two pieces
START_SECONDS = 10.0  # in which a server that was killed must be there again
PATIENCE = 90.0


def task_of(rounds: int, *, minimum: int = 2) -> Task:
    task = task_with(round_deadline=2.0, minimum_participants=minimum)
    training = msgspec.structs.replace(task.training, epochs=rounds, round_duration=1)
    return msgspec.structs.replace(task, training=training)


async def moment(seconds: float) -> None:
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, over.set)
    await over.wait()


class Program:
    """`disco-server`, as it is started from a command line."""

    def __init__(self, folder: Path, task: Task) -> None:
        self.folder = folder
        self.port = 0
        self._process: Process | None = None
        bundle = folder / "tasks" / task.id
        bundle.mkdir(parents=True)
        (bundle / "task.json").write_bytes(encode_task(task))
        write_model(bundle / "weights.safetensors", weights_of(np.zeros(ELEMENTS)), {})

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        async with asyncio.timeout(START_SECONDS):
            with (self.folder / "log").open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "disco_desktop.server.main"),
                    *("--port", str(self.port), "--data-dir", str(self.data_dir)),
                    *("--tasks", str(self.folder / "tasks")),
                    cwd=ROOT,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=log,
                )
            line = (await self._process.stdout.readline()).decode()
        self.port = int(
            re.fullmatch(r"Disco server listening on http://127.0.0.1:(\d+)\n", line)[1]
        )

    async def kill(self) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.communicate()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.kill()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()


def check_all_rounds(
    data_dir: Path, rounds: int, updates: dict[tuple[str, int], np.ndarray]
) -> dict[int, str]:
    """Compute every round again from what the server stored; return the models' digests."""
    rows = counted(data_dir)
    closed = closed_rounds(data_dir)
    assert [number for number, _ in closed] == list(range(1, rounds + 1))
    assert all(row.counted_in is not None for row in rows)
    model = np.zeros(ELEMENTS, np.float32)
    for number, digest in closed:
        contributions = [
            (updates[row.participant, row.base_round], row.samples, number - row.base_round - 1)
            for row in rows
            if row.counted_in == number
        ]
        assert len(contributions) >= 2
        model = next_model(model, contributions)
        assert digest_of(model) == digest
    return dict(closed)


class Participant:
    """Somebody who trains all rounds, whatever becomes of the server."""

    def __init__(self, url: str, task: Task, seed: int) -> None:
        self.identity = Identity.generate()
        self._seed = seed
        self._rounds = task.training.rounds
        self._manifest = weights_of(np.zeros(ELEMENTS)).manifest
        self._client = FederatedClient(
            task, self._manifest, ServerAddress(url), self.identity, patience=PATIENCE
        )

    async def connect(self) -> None:
        await self._client.connect()

    async def train(self) -> list[tuple[int, int, str, bool]]:
        """Return of each round its base, its number, its model, and whether it was counted in."""
        number, seen = 0, []
        while number < self._rounds:
            aggregate = await self._client.on_round_end_communication(
                Weights(self._manifest, update_of(self._seed, number, ELEMENTS)),
                base_round=number,
                samples=self._seed,
            )
            digest = digest_of(aggregate.weights.buffer)
            seen.append((number, aggregate.round, digest, aggregate.is_counted))
            number = aggregate.round
        await self._client.disconnect()
        return seen


async def connected(url: str, task: Task, seeds: Iterable[int]) -> dict[int, Participant]:
    participants = {seed: Participant(url, task, seed) for seed in seeds}
    for participant in participants.values():
        await participant.connect()
    return participants


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_server_is_killed_at_any_moment(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    task = task_of(ROUNDS)
    async with Program(tmp_path, task) as program, asyncio.timeout(PATIENCE):
        participants = await connected(f"http://127.0.0.1:{program.port}", task, (1, 2, 3))
        training = [asyncio.create_task(each.train()) for each in participants.values()]
        for _ in range(3):
            before = len(closed_rounds(program.data_dir))
            await moment(chance.uniform(0.05, 0.4))
            await program.kill()
            held = {row for row in counted(program.data_dir) if row.counted_in is not None}
            assert len(closed_rounds(program.data_dir)) >= before
            await program.start()
            assert held <= set(counted(program.data_dir))
        results = await asyncio.gather(*training)
    updates = {
        (participant.identity.node_id, base): update_of(number, base, ELEMENTS)
        for number, participant in participants.items()
        for base in range(ROUNDS)
    }
    digests = check_all_rounds(program.data_dir, ROUNDS, updates)
    rows = {(row.participant, row.base_round) for row in counted(program.data_dir)}
    for participant, seen in zip(participants.values(), results, strict=True):
        for base, number, digest, is_counted in seen:
            assert digests[number] == digest
            assert ((participant.identity.node_id, base) in rows) == is_counted
    assert "Traceback" not in (tmp_path / "log").read_text()


async def test_a_participant_is_killed_at_any_moment(tmp_path: Path) -> None:
    rounds, chance = 12, random.Random(3)
    task = task_of(rounds, minimum=3)  # so that the others do not end without it
    folder = tmp_path / "participant"
    folder.mkdir()
    (folder / "task.json").write_bytes(encode_task(task))
    lines: list[str] = []
    async with Program(tmp_path / "server", task) as program, asyncio.timeout(PATIENCE):
        url = f"http://127.0.0.1:{program.port}"
        settings = {"folder": str(folder), "url": url, "seed": 3, "elements": ELEMENTS}
        participants = await connected(url, task, (1, 2))
        training = [asyncio.create_task(each.train()) for each in participants.values()]
        for attempt in range(4):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.faults.participant_process", json.dumps(settings)),
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
            )
            lines.append((await process.stdout.readline()).decode())
            if attempt < 3:
                await moment(chance.uniform(0.0, 0.1))
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            out, _ = await process.communicate()
            lines += out.decode().splitlines(keepends=True)
        assert process.returncode == 0
        results = await asyncio.gather(*training)
    killed = Identity.load_or_create(folder / "identity.pem").node_id
    everybody = {number: each.identity.node_id for number, each in participants.items()}
    everybody[3] = killed
    updates = {
        (participant, base): update_of(number, base, ELEMENTS)
        for number, participant in everybody.items()
        for base in range(rounds)
    }
    digests = check_all_rounds(program.data_dir, rounds, updates)
    digests[0] = digest_of(np.zeros(ELEMENTS, np.float32))
    seen = [line.split() for line in lines if line.endswith("\n")]
    assert all(digests[int(number)] == digest for number, digest in seen)
    numbers = [int(number) for number, _ in seen]
    assert numbers == sorted(numbers)
    assert numbers[-1] == rounds
    assert killed in {row.participant for row in counted(program.data_dir)}
    for told in results:
        assert all(digests[number] == digest for _, number, digest, _ in told)
