"""Secure aggregation of 100 MB: masks against AES-CTR alone, fixed point against memcpy."""

from __future__ import annotations

import os
import time
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from disco_desktop.engine.aggregator.masks import AttemptContext, Seed, apply_masks
from disco_desktop.engine.aggregator.secure import SecureAggregator
from disco_desktop.engine.messages import AttemptMember
from disco_desktop.engine.task.task import (
    SMALLEST_SECRET_GROUP,
    Collaboration,
    SecureAggregation,
)
from tests.benchmarks.benchmark import Benchmark, Setting
from tests.benchmarks.models import ELEMENTS, update_of
from tests.benchmarks.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from disco_desktop.engine.aggregator.ring import Residues
    from disco_desktop.engine.weights.weights import Buffer

MEMBERS = 5
SAMPLES = 1000
TOLD = 1024
TARGET = 0.5  # of the speed of AES-CTR alone
_BLOCK = 1 << 20  # bytes that AES-CTR alone writes at once


def run(setting: Setting) -> Iterator[Result]:
    """Measure each step in turns with the plain way to make or move the same bytes."""
    update = update_of(ELEMENTS["100 MB"], seed=0).buffer
    turns = 3 if setting.is_quick else 9
    yield from _masks(len(update), turns)
    member = _members(len(update))[0]
    target = np.zeros_like(update)
    copy = partial(np.copyto, target, update)
    quantise = partial(member._ring.quantise, update, 31)
    total = _total(len(update))
    size = len(total) // MEMBERS // 4 * 4
    slices = [total[start : start + size] for start in range(0, MEMBERS * size, size)]
    part = target[: len(slices[0]) // 4]
    steps: list[tuple[str, Callable[[], object], Callable[[], object], int, str]] = [
        ("quantise", quantise, copy, update.nbytes, "against memcpy"),
        ("open", partial(member.open, total), copy, update.nbytes, "against memcpy"),
        (
            f"add slices of {MEMBERS}",
            partial(member.add, slices),
            partial(_copies, part, part.copy(), MEMBERS),
            MEMBERS * part.nbytes,
            "against memcpy of each",
        ),
    ]
    for name, ours, reference, size, note in steps:
        yield _compare(name, ours, reference, size=size, note=note, turns=turns)
    yield _whole(update, turns)


def _masks(elements: int, turns: int) -> Iterator[Result]:
    """Make and apply all masks of a member, of the smallest group and of a larger one."""
    vector = np.zeros(elements, np.uint32)
    for peers in (SMALLEST_SECRET_GROUP - 1, MEMBERS - 1):
        seeds = [Seed(os.urandom(32), is_received=number % 2 == 0) for number in range(peers)]
        yield _compare(
            f"masks with {peers} peers",
            partial(apply_masks, vector, seeds),
            partial(_streams, peers, vector.nbytes),
            size=peers * vector.nbytes,
            note="made and applied, against AES-256-CTR alone",
            turns=turns,
            target=TARGET,
        )


def _streams(count: int, size: int) -> None:
    zeros, room = bytes(_BLOCK), bytearray(_BLOCK + 15)
    for _ in range(count):
        stream = Cipher(algorithms.AES(os.urandom(32)), modes.CTR(bytes(16))).encryptor()
        for start in range(0, size, _BLOCK):
            stream.update_into(memoryview(zeros)[: size - start], room)


def _copies(target: Buffer, source: Buffer, count: int) -> None:
    for _ in range(count):
        np.copyto(target, source)


def _members(elements: int) -> list[SecureAggregator]:
    ids = [f"{number:016x}" for number in range(MEMBERS)]
    context = AttemptContext(
        task_digest="00" * 32,
        session=1,
        round=0,
        attempt=1,
        members=tuple(AttemptMember(one, TOLD) for one in ids),
    )
    collaboration = Collaboration(
        scheme="decentralized", minimum_participants=3, aggregation=SecureAggregation()
    )
    return [
        SecureAggregator(
            context, one, collaboration=collaboration, samples=SAMPLES, elements=elements
        )
        for one in ids
    ]


def _total(elements: int) -> memoryview:
    """Return a sum as five members could have it."""
    values: Residues = np.random.default_rng(0).integers(0, 1 << 20, elements + 1, np.uint32)
    values[-1] = MEMBERS * 31
    return values.data.cast("B")


def _whole(update: Buffer, turns: int) -> Result:
    """All that one member computes before it sends: secrets, fixed point and masks."""

    def step(prepared: list[SecureAggregator]) -> None:
        first, *others = prepared
        keys = {f"{number:016x}": one.public_key for number, one in enumerate(others, start=1)}
        first.masked(update, keys)

    seconds = [_seconds(partial(step, _members(len(update)))) for _ in range(turns + 1)][1:]
    return Result(
        name=f"one part of {MEMBERS}",
        unit="s",
        ours=median(seconds),
        note="secrets, fixed point and all masks of 100 MB",
        samples={"ours": seconds},
    )


def _compare(
    name: str,
    ours: Callable[[], object],
    reference: Callable[[], object],
    *,
    size: int,
    note: str,
    turns: int,
    target: float | None = None,
) -> Result:
    own, plain = [], []
    for _ in range(turns + 1):
        own.append(_seconds(ours))
        plain.append(_seconds(reference))
    ratio = median(plain[1:]) / median(own[1:])
    return Result(
        name=name,
        unit="GB/s",
        ours=size / 1e9 / median(own[1:]),
        reference=size / 1e9 / median(plain[1:]),
        ratio=ratio,
        target=None if target is None else f"at least {target}",
        is_met=None if target is None else ratio >= target,
        note=note,
        samples={"ours": own[1:], "reference": plain[1:]},
    )


def _seconds(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


BENCHMARK = Benchmark(
    name="masking",
    title="Mask and add up 100 MB in secret, against AES-CTR and memcpy",
    run=run,
)
