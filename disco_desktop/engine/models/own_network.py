"""A task around somebody's own network: the network is code, and all the rest is data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.models.network import network_manifest
from disco_desktop.engine.task.architecture import OwnNetwork
from disco_desktop.engine.task.outcome import BinaryOutcome, ClassOutcome, NumericOutcome
from disco_desktop.engine.task.tabular import NumericColumn, TabularData
from disco_desktop.engine.task.task import Adam, Collaboration, Display, Task, Training

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn

    from disco_desktop.engine.task.outcome import Outcome
    from disco_desktop.engine.task.task import Scheme


def describe_network(network: nn.Module, name: str = "") -> OwnNetwork:
    """Describe a network by its name and by the digest of its weights' names and shapes."""
    manifest = network_manifest(network)
    return OwnNetwork(
        name=name or type(network).__name__, manifest=manifest.digest, size=manifest.elements
    )


def network_task(
    task_id: str,
    network: nn.Module,
    *,
    columns: Sequence[str],
    labels: Sequence[str] = (),
    scheme: Scheme = "federated",
    participants: int = 2,
    epochs: int = 10,
    round_duration: int = 2,
    batch_size: int = 32,
    learning_rate: float = 1e-3,
) -> Task:
    """Return a task in which participants train a network that each of them has as code.

    Args:
        task_id: small letters, digits, `-` and `_`.
        network: takes float32 (n, columns); gives (n, 1) for two labels, whose second one a value
            above zero means, or for a number, and (n, labels) for more.
        columns: names of the features. They are put into the network as they are.
        labels: what the outcomes are called, in the order of their places; none for a number.
        scheme: how the participants exchange.
        participants: fewer never make a round.
        epochs: how long each of them trains.
        round_duration: epochs between two exchanges.
        batch_size: samples a step.
        learning_rate: of Adam.

    Raises:
        ValueError: the schema of tasks does not allow for this.
    """
    return Task(
        id=task_id,
        display=Display(title=task_id),
        data=TabularData(
            inputs=tuple(NumericColumn(name=name, center=0.0, scale=1.0) for name in columns),
            outcome=_outcome(tuple(labels)),
        ),
        model=describe_network(network),
        training=Training(
            epochs=epochs,
            round_duration=round_duration,
            batch_size=batch_size,
            validation_split=0.2,
            optimizer=Adam(learning_rate=learning_rate),
        ),
        collaboration=Collaboration(scheme=scheme, minimum_participants=participants),
    )


def _outcome(labels: tuple[str, ...]) -> Outcome:
    match labels:
        case ():
            return NumericOutcome(name="outcome", center=0.0, scale=1.0)
        case (first, second):
            return BinaryOutcome(name="outcome", values=("0", "1"), labels=(first, second))
    values = tuple(map(str, range(len(labels))))
    return ClassOutcome(name="outcome", values=values, labels=labels)
