"""A task that protects less than another one is found out, in each way in which it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from disco_desktop.app.training.plan import check_protection
from disco_desktop.engine.default_tasks.registry import find_task
from disco_desktop.engine.task.privacy import Privacy
from disco_desktop.engine.task.protection import (
    LessProtectionError,
    Weakening,
    weakenings,
)

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Task


def changed(task: Task, **collaboration: object) -> Task:
    return replace(task, collaboration=replace(task.collaboration, **collaboration))


MNIST = changed(find_task("mnist"), privacy=Privacy(clipping_norm=20, noise_multiplier=1e-3))


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        (MNIST, []),
        (
            changed(MNIST, aggregation="mean"),
            [Weakening("aggregation", "secure", "mean")],
        ),
        (
            changed(MNIST, aggregation="mean", scheme="federated"),
            [
                Weakening("scheme", "decentralized", "federated"),
                Weakening("aggregation", "secure", "mean"),
            ],
        ),
        (
            changed(MNIST, aggregation="mean", minimum_participants=2),
            [Weakening("aggregation", "secure", "mean"), Weakening("minimum", "3", "2")],
        ),
        (
            changed(MNIST, privacy=None),
            [Weakening("clipping", "20", ""), Weakening("noise", "0.001", "")],
        ),
        (
            changed(MNIST, privacy=Privacy(clipping_norm=30, noise_multiplier=5e-4)),
            [Weakening("clipping", "20", "30"), Weakening("noise", "0.001", "0.0005")],
        ),
        (
            changed(MNIST, minimum_participants=9, privacy=Privacy(clipping_norm=1)),
            [Weakening("noise", "0.001", "")],
        ),
    ],
)
def test_each_weakening_is_found(offered: Task, expected: list[Weakening]) -> None:
    assert weakenings(MNIST, offered) == expected


def test_it_is_compared_with_the_one_of_its_name() -> None:
    weaker = changed(find_task("titanic"), minimum_participants=1)
    with pytest.raises(LessProtectionError) as refused:
        check_protection(weaker)
    assert refused.value.weakenings == [Weakening("minimum", "2", "1")]
    check_protection(replace(weaker, id="unknown_here"))
    check_protection(changed(weaker, minimum_participants=5))
