"""What members of an exchange do with each other's values: a mean, or a sum under masks."""

from __future__ import annotations

import asyncio
import hashlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.aggregator.aggregator import Contribution
from disco_desktop.engine.aggregator.masks import AttemptContext
from disco_desktop.engine.aggregator.mean import Magnitude, MeanAggregator
from disco_desktop.engine.aggregator.secure import SecureAggregator
from disco_desktop.engine.client.identity import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, verify
from disco_desktop.engine.client.statements import attempt_key_statement
from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.weights.codec import VALUE_SIZE, decode, encode
from disco_desktop.engine.weights.manifest import Manifest
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from disco_desktop.engine.client.identity import Identity
    from disco_desktop.engine.client.peers.exchange import Exchange, Topology
    from disco_desktop.engine.messages import Attempt
    from disco_desktop.engine.task.task import Collaboration, Task
    from disco_desktop.engine.weights.weights import Buffer

RESULT_SIZE = 4  # bytes of a value of a sum
_BLOCK = 1 << 16  # values that are looked at together: they stay in the processor's cache
_SLACK = 1.001  # by which a true sum may pass its bound
_ROUNDING = 1e-6  # of weights, in float32


class ExchangeFailedError(Exception):
    """The attempt came to nothing here.

    Attributes:
        blamed: the members whose part did not come.
    """

    def __init__(self, reason: str, blamed: Iterable[str]) -> None:
        super().__init__(reason)
        self.blamed = tuple(sorted(blamed))


def part_of(vector: memoryview, part: slice, value_size: int) -> memoryview:
    """Return the bytes of some of a vector's values."""
    return vector[part.start * value_size : part.stop * value_size]


def check_update(values: Buffer, collaboration: Collaboration, member: str = "") -> Magnitude:
    """Refuse what cannot be summed, and return its size.

    Args:
        values: an update, or a part of one.
        collaboration: the task's.
        member: whose it is; the error's detail.

    Raises:
        ContributionError: a value is none, or the update is too long.
    """
    magnitude = Magnitude()
    magnitude.include(values)
    if not magnitude.is_finite:
        raise ContributionError("update_not_finite", detail=member)
    if magnitude.norm > collaboration.largest_norm:
        raise ContributionError("update_too_large", detail=member)
    return magnitude


class Summing(ABC):
    """One attempt's arithmetic, on vectors of `values` values of `value_size` bytes each."""

    values: int
    value_size: int

    async def prepare(self, exchange: Exchange, topology: Topology) -> None:  # noqa: B027
        """Agree with the other members about what must be settled before any value is sent."""

    @abstractmethod
    def vector(self) -> memoryview:
        """Return our own values, as they travel."""

    @abstractmethod
    def sum(self, number: int, part: slice, contents: Mapping[str, memoryview]) -> memoryview:
        """Return the sum of one part of all vectors, given each member's; ours among them.

        Args:
            number: the part's, counted from zero.
            part: its place in the vectors.
            contents: the bytes of that part, by member.

        Raises:
            ContributionError: a member's values cannot be summed; its id is the detail.
        """

    @abstractmethod
    def finish(self, result: memoryview, summed: Sequence[tuple[str, slice]]) -> Weights:
        """Return the model that all parts' sums make.

        Args:
            result: the sums, one behind the other.
            summed: which member summed which part.

        Raises:
            ContributionError: a sum is none that the members' updates can have; the id of the
                member that gave it is the detail.
        """


class MeanSumming(Summing):
    """Weighs updates by their samples and adds their mean to the common model.

    Each part goes through the aggregator that a server has for the whole, so the model is to the
    bit the one that a server would have made of the same updates.
    """

    def __init__(
        self, collaboration: Collaboration, base: Weights, update: Weights, attempt: Attempt
    ) -> None:
        self.values = base.manifest.elements
        self.value_size = VALUE_SIZE[collaboration.codec]
        self._collaboration = collaboration
        self._base = base
        self._update = update
        self._round = attempt.round
        self._samples = {one.participant: one.samples for one in attempt.members}

    def vector(self) -> memoryview:
        """Return the encoded update."""
        return encode(self._update.buffer, self._collaboration.codec)

    def sum(self, number: int, part: slice, contents: Mapping[str, memoryview]) -> memoryview:
        """Return a part of the next model, in little-endian float32."""
        base = self._base.buffer[part]
        manifest = Manifest(names=("part",), shapes=((len(base),),))
        aggregator = MeanAggregator(self._collaboration, Weights(manifest, base), round=self._round)
        for member in sorted(contents):
            aggregator.add(self._contribution(member, contents[member]))
        return encode(aggregator.aggregate().buffer, "fp32")

    def _contribution(self, member: str, content: memoryview) -> Contribution:
        values = decode(content, self._collaboration.codec)
        magnitude = check_update(values, self._collaboration, member)
        return Contribution(
            participant=member,
            base_round=self._round,
            samples=self._samples[member],
            largest=magnitude.largest,
            blocks=lambda: [values],
        )

    def finish(self, result: memoryview, summed: Sequence[tuple[str, slice]]) -> Weights:
        """Return the next model, none of whose parts has moved further than an update may."""
        buffer = np.frombuffer(result, "<f4").astype(np.float32, copy=False)
        for member, part in summed:
            moved, before = Magnitude(), Magnitude()
            for start in range(part.start, part.stop, _BLOCK):
                block = slice(start, min(start + _BLOCK, part.stop))
                before.include(self._base.buffer[block])
                with np.errstate(invalid="ignore", over="ignore"):
                    moved.include(buffer[block] - self._base.buffer[block])
            # A mean is no longer than the longest of its updates, but for the rounding of the sum.
            bound = self._collaboration.largest_norm * _SLACK + before.norm * _ROUNDING
            if not moved.is_finite or moved.norm > bound:
                raise ContributionError("sum_not_possible", detail=member)
        return Weights(self._base.manifest, buffer)


_DIGEST_SIZE = hashlib.sha256().digest_size


class SecureSumming(Summing):
    """Masks our update, so that what any member sees of it is random.

    Attributes:
        context: which attempt it is.

    Args:
        key_of: returns the Ed25519 key by which a member was introduced.
        samples: our own number of samples, which nobody learns.
    """

    value_size = 4

    def __init__(
        self,
        task: Task,
        session: int,
        attempt: Attempt,
        identity: Identity,
        *,
        key_of: Callable[[str], bytes],
        base: Weights,
        update: Weights,
        samples: int,
    ) -> None:
        """Begin; the attempt's own key is made here.

        Raises:
            ContributionError: the members are not those among whom an update can be hidden.
        """
        self.values = base.manifest.elements + 1
        self._identity = identity
        self._key_of = key_of
        self._base = base
        self._update = update
        self.context = AttemptContext(
            task_digest=task.digest,
            session=session,
            round=attempt.round,
            attempt=attempt.attempt,
            members=attempt.members,
        )
        self._aggregator = SecureAggregator(
            self.context,
            identity.node_id,
            collaboration=task.collaboration,
            samples=samples,
            elements=base.manifest.elements,
        )
        self._vector = memoryview(b"")
        self._promised: dict[str, memoryview] = {}

    @property
    def clipped_share(self) -> float:
        """The share of our update's values that was cut off at the largest change."""
        return self._aggregator.clipped_share or 0.0

    async def prepare(self, exchange: Exchange, topology: Topology) -> None:
        """Exchange keys, mask the update, and promise each member what it will be sent."""
        keys = await self._exchange_keys(exchange)
        self._vector = await asyncio.to_thread(self._aggregator.masked, self._update.buffer, keys)
        parts = [part_of(self._vector, part, self.value_size) for part in topology.parts]
        digests = b"".join(await asyncio.to_thread(self._aggregator.commitment, parts))
        exchange.offer("commitment", memoryview(digests))
        self._promised = await exchange.gather("commitment", len(parts) * _DIGEST_SIZE)

    async def _exchange_keys(self, exchange: Exchange) -> dict[str, bytes]:
        own = self._aggregator.public_key
        statement = attempt_key_statement(self.context, participant=self._identity.node_id, key=own)
        exchange.offer("key", memoryview(own + self._identity.sign(statement)))
        keys: dict[str, bytes] = {}
        for member, said in (
            await exchange.gather("key", PUBLIC_KEY_BYTES + SIGNATURE_BYTES)
        ).items():
            key, signature = bytes(said[:PUBLIC_KEY_BYTES]), bytes(said[PUBLIC_KEY_BYTES:])
            statement = attempt_key_statement(self.context, participant=member, key=key)
            if not verify(self._key_of(member), statement, signature):
                raise ExchangeFailedError(f"{member} did not prove its key", [member])
            keys[member] = key
        return keys

    def vector(self) -> memoryview:
        """Return the masked update."""
        return self._vector

    def sum(self, number: int, part: slice, contents: Mapping[str, memoryview]) -> memoryview:
        """Add up one part of all masked updates, each of which must be what was promised."""
        place = slice(number * _DIGEST_SIZE, (number + 1) * _DIGEST_SIZE)
        for member, content in contents.items():
            promised = self._promised.get(member)  # none of ours
            if promised is not None and hashlib.sha256(content).digest() != promised[place]:
                raise ContributionError("promise_broken", detail=member)
        return self._aggregator.add(list(contents.values()))

    def finish(self, result: memoryview, summed: Sequence[tuple[str, slice]]) -> Weights:
        """Take the mean update out of the sum, and add it to the common model."""
        try:
            mean, _ = self._aggregator.open(result)
        except ContributionError as error:
            place = self._aggregator.first_impossible(result)
            member = next(one for one, part in summed if place < part.stop)
            raise ContributionError(error.code, detail=member) from error
        mean += self._base.buffer
        return Weights(self._base.manifest, mean)
