"""The secure sum of an exchange: keys first, then promises, then what was promised."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from disco_desktop.engine.aggregator.attempt_context import AttemptContext
from disco_desktop.engine.aggregator.secure import SecureAggregator
from disco_desktop.engine.client.identity import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, verify
from disco_desktop.engine.client.peers.exchange import ExchangeFailedError
from disco_desktop.engine.client.peers.summing import Summing, part_of
from disco_desktop.engine.client.statements import attempt_key_statement
from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.weights.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from disco_desktop.engine.client.identity import Identity
    from disco_desktop.engine.client.peers.exchange import Exchange
    from disco_desktop.engine.client.peers.topology import Topology
    from disco_desktop.engine.messages import Attempt
    from disco_desktop.engine.task.task import Task

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

    def finish(self, result: memoryview) -> Weights:
        """Take the mean update out of the sum, and add it to the common model."""
        mean, _ = self._aggregator.open(result)
        mean += self._base.buffer
        return Weights(self._base.manifest, mean)
