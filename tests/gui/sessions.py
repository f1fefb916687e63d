"""Sessions of which a test tells what a worker would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from disco_desktop.app.processes.worker_messages import Happened
from disco_desktop.app.training.folder import TrainingFolder
from disco_desktop.app.training.plan import TrainingPlan
from disco_desktop.app.training.session import CurrentSession, Session
from disco_desktop.engine.client.ledger import PeerState
from disco_desktop.engine.events import Metrics
from tests.gui.titanic import TASK

if TYPE_CHECKING:
    from pathlib import Path

    from disco_desktop.engine.events import Event
    from disco_desktop.engine.task.task import Scheme, Task

FIGURES = Metrics(loss=0.5, accuracy=0.75, samples=186)


def plan(
    data: Path, *, users: int = 1, scheme: Scheme = "local", task: Task = TASK
) -> TrainingPlan:
    """Return a plan of two rounds with two epochs each."""
    return TrainingPlan(
        task=task, data=str(data), users=users, same_data=False, scheme=scheme, server=None,
        fingerprint=None, epochs=4, round_duration=2, batch_size=30, seed=1, threads=None,
        save_as="Mine", created="2026-01-01T00:00:00+00:00",
    )  # fmt: skip


def peer_state(letter: str, way: Literal["direct", "relayed"] | None, **told: Any) -> PeerState:
    """Return how a peer is reached whose id, key and code are of one letter's making."""
    return PeerState(
        participant=letter * 16,
        public_key=letter.encode() * 32,
        safety_code=" ".join([f"{ord(letter):05d}"] * 12),
        way=way,
        **told,
    )


def begun(current: CurrentSession, made: TrainingPlan) -> Session:
    """Show a session that has begun; no worker of it runs."""
    with TrainingFolder.begin(made) as folder:
        session = Session(folder)
    current.session = session
    session.observe(current.changed)
    session._go("connecting")
    return session


def happened(session: Session, *events: Event, participant: int = 1) -> None:
    """Tell a session of what happened to a participant."""
    for event in events:
        session._take(participant, Happened(event=event))
