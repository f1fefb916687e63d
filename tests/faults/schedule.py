"""One seeded schedule: participants that train, and what befalls them and their server meanwhile.

What is to happen follows from the seed, and happens at a certain chunk of bytes on its way, so at
any point of the protocol. What has been sent and told is kept, to be compared with what the server
has stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from disco_desktop.engine.client.address import ServerAddress
from disco_desktop.engine.client.control_connection import ConnectionLostError
from disco_desktop.engine.client.federated import FederatedClient
from disco_desktop.engine.client.identity import Identity
from disco_desktop.engine.errors import ContributionError, DiscoError, ServerError
from disco_desktop.engine.task.task import AbsoluteThreshold, RelativeThreshold, Task, encode_task
from disco_desktop.engine.weights.codec import decode, encode
from disco_desktop.engine.weights.model_file import write_model
from disco_desktop.engine.weights.weights import Weights
from tests.faults.recomputation import digest_of
from tests.faults.unreliable_network import unreliable_network
from tests.server.running_server import task_with, weights_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from disco_desktop.engine.client.transfer import Upload
    from tests.faults.forked_servers import ForkedServers
    from tests.faults.unreliable_network import UnreliableNetwork

ROUNDS = 4
PATIENCE = 25.0  # seconds in which everything must have come to its end
CHUNKS = 300  # on their way in a schedule, about
FEW, MANY = 7, 400_000  # values of a model: less than a piece, and two pieces


@dataclass(frozen=True)
class Told:
    """The model that somebody was given."""

    participant: str
    round: int
    digest: str
    contributors: int | None = None


@dataclass
class Record:
    """What was sent and told in a schedule.

    Attributes:
        updates: the values of all updates that anybody ever began to send, by their digest.
        acknowledged: the round that a contribution counts in, as often as that was told.
        refused: contributions that came too late, as their senders were told.
    """

    updates: dict[str, np.ndarray] = field(default_factory=dict)
    acknowledged: list[tuple[str, int, int]] = field(default_factory=list)
    refused: set[tuple[str, int]] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)
    happened: list[str] = field(default_factory=list)


class _RecordingClient(FederatedClient):
    """A client that keeps what the server told it about its contributions."""

    record: Record
    repeats: Callable[[Upload], None]

    async def _contribute(self, upload: Upload, base_round: int) -> int | None:
        self.repeats(upload)
        counts_in = await super()._contribute(upload, base_round)
        participant = self._identity.node_id
        if counts_in is None:
            self.record.refused.add((participant, base_round))
        else:
            self.record.acknowledged.append((participant, base_round, counts_in))
        return counts_in


class Participant:
    """Somebody who trains all rounds, whatever happens."""

    def __init__(self, schedule: Schedule, network: UnreliableNetwork) -> None:
        self.identity = Identity.generate()
        self.network = network
        self._schedule = schedule
        self._session: int | None = None
        self._training: asyncio.Task[None] | None = None
        self._client: _RecordingClient | None = None
        self._repetitions: set[asyncio.Task[None]] = set()
        self._absence = asyncio.Lock()
        self.is_done = asyncio.Event()

    def begin(self) -> None:
        self._training = asyncio.create_task(self._train())

    async def _train(self) -> None:
        schedule, record = self._schedule, self._schedule.record
        while True:
            self._client = client = self._new_client()
            try:
                session = await client.connect()
            except ServerError as error:
                if error.code not in _PASSING:
                    raise
                await schedule.moment(0.05)
                continue
            break
        self._session = client.session
        round_, model = session.round, session.weights
        self._tell(round_, model)
        while round_ < schedule.task.training.rounds:
            update = schedule.update()
            aggregate = await client.on_round_end_communication(
                update, base_round=round_, samples=schedule.chance.randint(1, 1000)
            )
            assert aggregate.round > round_
            round_ = aggregate.round
            self._tell(round_, aggregate.weights, aggregate.participants)
        await client.disconnect()
        await asyncio.gather(*self._repetitions)
        self.is_done.set()
        assert record.told

    def _new_client(self) -> _RecordingClient:
        schedule = self._schedule
        client = _RecordingClient(
            schedule.task,
            schedule.initial.manifest,
            ServerAddress(f"http://127.0.0.1:{self.network.port}"),
            self.identity,
            session=self._session,
            patience=PATIENCE,
        )
        client.record = schedule.record
        client.repeats = self._repeat_perhaps
        return client

    def _tell(self, round_: int, model: Weights, contributors: int | None = None) -> None:
        self._schedule.record.told.append(
            Told(self.identity.node_id, round_, digest_of(model.buffer), contributors)
        )

    def _repeat_perhaps(self, upload: Upload) -> None:
        """Announce and send an update over a second connection too, at some moment."""
        if self._schedule.chance.random() < 0.3:
            self._schedule.record.happened.append("repeat an upload")
            after = self._schedule.chance.uniform(0, 0.03)
            task = self._schedule.begin(self._repeat(upload, after))
            self._repetitions.add(task)
            task.add_done_callback(self._repetitions.discard)

    async def _repeat(self, upload: Upload, after: float) -> None:
        client, base_round = self._client, upload._announcement.base_round
        await self._schedule.moment(after)
        with contextlib.suppress(ConnectionLostError, DiscoError, RuntimeError):
            try:
                counts_in = await upload.go_on(
                    client._open_http, client._contributions, client._known.token, lambda _: None
                )
            except ContributionError as error:
                if error.code not in {"update_too_late", "session_finished"}:
                    raise AssertionError from error
            else:
                self._schedule.record.acknowledged.append(
                    (self.identity.node_id, base_round, counts_in)
                )

    async def crash(self, away: float) -> None:
        """Stop without a word, as a process does that is killed, and come back after a while."""
        async with self._absence:
            if not self.is_done.is_set():
                self.network.is_down = True
                self.network.cut()
                await self._stop()
                self.network.is_down = False
                await self._schedule.moment(away)
                self.begin()

    async def leave(self, away: float) -> None:
        """Say goodbye and go, and come back after a while."""
        async with self._absence:
            if not self.is_done.is_set():
                await self._stop()
                await self._schedule.moment(away)
                self.begin()

    async def _stop(self) -> None:
        self._session = 1  # the one to come back to, whether it knew that or not
        training, self._training = self._training, None
        training.cancel()
        await asyncio.gather(training, *self._repetitions, return_exceptions=True)
        await self._client.disconnect()

    async def finish(self) -> None:
        """Wait until it has seen all rounds; raise what went wrong in it."""
        while not self.is_done.is_set():
            waiting = asyncio.create_task(self.is_done.wait())
            training = [self._training] if self._training is not None else []
            await asyncio.wait([waiting, *training], return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            for task in training:
                if task.done() and not task.cancelled():
                    task.result()
            await self._schedule.moment(0.005)


# What is said by a server, or of one, that is not there at the moment, or that nobody has joined.
_PASSING = {
    "server_unreachable",
    "server_connection_lost",
    "server_timeout",
    "session_unknown",
}


class Schedule:
    """Runs one schedule on a server of its own."""

    def __init__(self, seed: int, folder: Path, servers: ForkedServers) -> None:
        self.chance = chance = random.Random(seed)
        self.record = Record()
        self.folder = folder
        self.cutoff = chance.choice([0, 2])
        threshold: Any = chance.choice(
            [
                RelativeThreshold(share=1.0),
                RelativeThreshold(share=0.5),
                AbsoluteThreshold(contributions=2),
            ]
        )
        task = task_with(
            round_cutoff=self.cutoff,
            threshold=threshold,
            round_deadline=chance.choice([0.2, 1.0]),
            codec=chance.choice(["fp32", "bf16"]),
        )
        training = msgspec.structs.replace(task.training, epochs=ROUNDS, round_duration=1)
        self.task: Task = msgspec.structs.replace(task, training=training)
        self._values = np.random.default_rng(seed)
        elements = MANY if seed % 10 == 0 else FEW
        self.initial = weights_of(self._values.standard_normal(elements).astype(np.float32))
        self.codec = task.collaboration.codec
        self._servers = servers
        self._server = (0, 0)
        self._is_starting = False
        self._passed = 0
        self._events: dict[int, Callable[[], Any]] = {}
        self._running = asyncio.TaskGroup()
        self._participants: list[Participant] = []

    async def moment(self, seconds: float) -> None:
        """Let a moment go by."""
        over = asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, over.set)
        await over.wait()

    def update(self) -> Weights:
        """Make an update, and keep what will arrive of it."""
        values = self._values.standard_normal(len(self.initial.buffer)).astype(np.float32)
        arriving = decode(encode(values, self.codec), self.codec)
        self.record.updates[digest_of(values, self.codec)] = arriving
        return Weights(self.initial.manifest, values)

    async def run(self) -> None:
        """Run it to its end, when everybody has the model of the last round."""
        bundle = self.folder / "tasks" / self.task.id
        bundle.mkdir(parents=True)
        (bundle / "task.json").write_bytes(encode_task(self.task))
        write_model(bundle / "weights.safetensors", self.initial, {})
        await self._start(port=0)
        try:
            async with asyncio.timeout(PATIENCE), contextlib.AsyncExitStack() as stack:
                for _ in range(self.chance.randint(3, 4)):
                    network = await stack.enter_async_context(
                        unreliable_network(self._server[1], self.chance, self._chunk_passed)
                    )
                    self._participants.append(Participant(self, network))
                self._plan()
                async with asyncio.TaskGroup() as self._running:
                    for participant in self._participants:
                        participant.begin()
                        self._running.create_task(participant.finish())
        finally:
            self._servers.kill(self._server[0])

    async def _start(self, *, port: int) -> None:
        self._server = await asyncio.to_thread(
            self._servers.start, self.folder, port=port, reconnect_seconds=0.3, retry_seconds=0.05
        )

    def _plan(self) -> None:
        kinds = [self._kill_server, self._cut, self._crash, self._leave]
        for _ in range(self.chance.randint(2, 5)):
            happening = self.chance.choices(kinds, weights=[3, 4, 2, 1])[0]
            self._events[self.chance.randint(1, CHUNKS)] = happening

    def _chunk_passed(self) -> None:
        self._passed += 1
        happening = self._events.pop(self._passed, None)
        is_over = all(each.is_done.is_set() for each in self._participants)
        if happening is not None and not is_over:
            self._running.create_task(happening())

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have something done beside everything else; where it fails all fails."""
        return self._running.create_task(work)

    async def _kill_server(self) -> None:
        if not self._is_starting:
            self._is_starting = True
            self.record.happened.append(f"{self._passed}: kill the server")
            await asyncio.to_thread(self._servers.kill, self._server[0])
            await self.moment(self.chance.choice([0, 0.02, 0.1]))
            await self._start(port=self._server[1])
            self._is_starting = False

    async def _cut(self) -> None:
        self.record.happened.append(f"{self._passed}: cut connections")
        self.chance.choice(self._participants).network.cut()

    async def _crash(self) -> None:
        self.record.happened.append(f"{self._passed}: a participant crashes")
        participant = self.chance.choice(self._participants)
        await participant.crash(self.chance.choice([0, 0.05, 0.4]))

    async def _leave(self) -> None:
        self.record.happened.append(f"{self._passed}: a participant leaves")
        participant = self.chance.choice(self._participants)
        await participant.leave(self.chance.choice([0, 0.05, 0.4]))
