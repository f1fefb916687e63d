"""The server's figures, for Prometheus and for the status page."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from disco_desktop.engine.task.task import Scheme

_LAG_INTERVAL = 0.25
_LAG_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_ROUND_BUCKETS = (0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 21_600, 86_400)


class ServerMetrics:
    """The counters of one server, in a registry of its own.

    Label values are ours alone (task ids, codes of refusals), never what somebody sent, so that
    nobody can make their number grow.

    Attributes:
        longest_lag: the longest time, in seconds, that the event loop has been held up.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.longest_lag = 0.0
        self.rounds = Counter(
            "disco_rounds", "Rounds that were closed.", ["task"], registry=self.registry
        )
        self.round_seconds = Histogram(
            "disco_round_seconds",
            "Time from a round's beginning to its result.",
            ["task"],
            buckets=_ROUND_BUCKETS,
            registry=self.registry,
        )
        self.accepted = Counter(
            "disco_contributions_accepted",
            "Contributions that count.",
            ["task"],
            registry=self.registry,
        )
        self.refused = Counter(
            "disco_contributions_refused",
            "Contributions refused.",
            ["task", "reason"],
            registry=self.registry,
        )
        self.voided = Counter(
            "disco_attempts_voided",
            "Exchanges between participants that came to nothing.",
            ["task"],
            registry=self.registry,
        )
        self.relayed_bytes = Counter(
            "disco_relayed_bytes",
            "Bytes passed on between participants who cannot reach each other.",
            registry=self.registry,
        )
        self.participants = Gauge(
            "disco_participants",
            "Participants that take part now.",
            ["task"],
            registry=self.registry,
        )
        self.bytes_received = Counter(
            "disco_received_bytes", "Bytes of models received.", registry=self.registry
        )
        self.bytes_sent = Counter(
            "disco_sent_bytes", "Bytes of models sent.", registry=self.registry
        )
        self.connections = Gauge(
            "disco_open_connections", "Connections that are open.", registry=self.registry
        )
        self.cut_connections = Gauge(
            "disco_cut_connections",
            "Connections cut since the start.",
            ["reason"],
            registry=self.registry,
        )
        self.loop_lag = Histogram(
            "disco_event_loop_lag_seconds",
            "How late the event loop comes to what is due.",
            buckets=_LAG_BUCKETS,
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def exposition(self) -> bytes:
        """Return all figures in Prometheus's text format."""
        return generate_latest(self.registry)

    @contextlib.asynccontextmanager
    async def watching_loop(self) -> AsyncIterator[None]:
        """Measure the event loop's lag for as long as this is entered."""
        watch = asyncio.create_task(self._watch_loop())
        try:
            yield
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch

    async def _watch_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LAG_INTERVAL
            await asyncio.sleep(_LAG_INTERVAL)
            lag = max(0.0, loop.time() - due)
            self.longest_lag = max(self.longest_lag, lag)
            self.loop_lag.observe(lag)


@dataclass(frozen=True, kw_only=True)
class RoomView:
    """One room at one moment.

    Attributes:
        task_id: the task's id.
        title: the task's title, as its creator wrote it.
        scheme: how participants exchange what they have learnt.
        session: which session of the task it is.
        round: rounds that are done.
        rounds: rounds in all.
        participants: how many take part now.
        minimum: how many a round needs.
        status: a few words on what the room does or waits for.
        last_round_seconds: how long the last round took, if there was one.
    """

    task_id: str
    title: str
    scheme: Scheme
    session: str
    round: int
    rounds: int
    participants: int
    minimum: int
    status: str
    last_round_seconds: float | None = None
