"""One attempt at a round: the members' updates become one model, the same for all of them."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.client.peers.conversation import ParcelDeniedError
from disco_desktop.engine.client.peers.frames import ExchangeParcel
from disco_desktop.engine.client.peers.summing import RESULT_SIZE, ExchangeFailedError, part_of
from disco_desktop.engine.client.peers.transport import LinkLostError
from disco_desktop.engine.errors import ContributionError
from disco_desktop.engine.weights.model_digest import model_digest
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from disco_desktop.engine.client.peers.frames import Content
    from disco_desktop.engine.client.peers.peer_network import PeerNetwork
    from disco_desktop.engine.client.peers.summing import Summing
    from disco_desktop.engine.messages import Attempt
    from disco_desktop.engine.weights.weights import Weights

# Up to this many send each other all they have: one step instead of two, and at most two models.
LARGEST_MESH = 3


@dataclass(frozen=True)
class Topology:
    """How a vector of values is cut, and who sums which part.

    In a full mesh everybody sums everything. Otherwise each member sums one part and gives the sum
    to the others (reduce-scatter and all-gather, as in Rabenseifner, 2004): for n members each
    sends 2 (n - 1) / n vectors, whatever n is.

    Attributes:
        members: ids, in order.
        parts: places in the vector, of almost equal length.
    """

    members: tuple[str, ...]
    parts: tuple[slice, ...]

    @classmethod
    def choose(cls, members: tuple[str, ...], values: int) -> Topology:
        """Choose for some members and a vector of some length."""
        count = 1 if len(members) <= LARGEST_MESH or values < len(members) else len(members)
        edges = [values * number // count for number in range(count + 1)]
        return cls(members, tuple(slice(*pair) for pair in itertools.pairwise(edges)))

    @property
    def is_mesh(self) -> bool:
        """Whether everybody sums everything."""
        return len(self.parts) == 1

    def summed_by(self, member: str) -> int:
        """Return the number of the part that a member sums."""
        return 0 if self.is_mesh else self.members.index(member)


def length(part: slice) -> int:
    """Return how many values a part has."""
    return int(part.stop - part.start)


_DIGEST_SIZE = 32

_OUR_FAULT = {"update_clipped"}  # what else is wrong with ours was found before

_log = logger(__name__)


class Exchange:
    """Gives each member what it sums, sums our own part, and gathers the sums of the others.

    Args:
        network: where the members are to be found.
        attempt: who takes part, and how long it may take.
        own: our id.
    """

    def __init__(self, network: PeerNetwork, attempt: Attempt, own: str) -> None:
        self.attempt = attempt
        self.own = own
        self.members = tuple(member.participant for member in attempt.members)
        self.others = tuple(member for member in self.members if member != own)
        self._network = network
        self._missing: dict[str, int] = {}
        self._steps = 0  # of those that all members take together
        self._since = asyncio.get_running_loop().time()  # when the present one began

    async def run(self, summing: Summing) -> tuple[Weights, str]:
        """Exchange, and return the model and its digest, once all members have the same.

        Raises:
            ExchangeFailedError: somebody's part did not come in time, or was none.
            ContributionError: our own update is none that could be summed.
        """
        try:
            async with asyncio.timeout(self.attempt.seconds):
                weights = await self._sum_up(summing)
                digest = await asyncio.to_thread(model_digest, weights)
                await self._compare(digest)
        except TimeoutError as error:
            raise ExchangeFailedError("nothing came in time", self._missing) from error
        except LinkLostError as error:  # a member has left before anything was asked of it
            raise ExchangeFailedError(str(error), []) from error
        except ContributionError as error:
            if error.code in _OUR_FAULT:
                raise
            blamed = [error.detail] if error.detail in self.others else []
            raise ExchangeFailedError(str(error), blamed) from error
        return weights, digest

    async def _sum_up(self, summing: Summing) -> Weights:
        topology = Topology.choose(self.members, summing.values)
        await summing.prepare(self, topology)
        vector = await asyncio.to_thread(summing.vector)
        pieces = {
            number: part_of(vector, part, summing.value_size)
            for number, part in enumerate(topology.parts)
        }
        for member in self.others:
            number = topology.summed_by(member)
            self.offer("part", pieces[number], part=number, to=[member])
        mine = topology.summed_by(self.own)
        part = topology.parts[mine]
        contents = await self.gather("part", length(part) * summing.value_size, part=mine)
        contents[self.own] = pieces[mine]
        total = await asyncio.to_thread(summing.sum, mine, part, contents)
        if topology.is_mesh:
            return await asyncio.to_thread(summing.finish, total, [(self.own, part)])
        self.offer("sum", total, part=mine)
        result = _room_for(summing.values * RESULT_SIZE)
        part_of(result, part, RESULT_SIZE)[:] = total
        await self._together(
            self._fetch(
                member,
                "sum",
                part_of(result, topology.parts[topology.summed_by(member)], RESULT_SIZE),
                part=topology.summed_by(member),
            )
            for member in self.others
        )
        summed = [(one, topology.parts[topology.summed_by(one)]) for one in self.members]
        return await asyncio.to_thread(
            summing.finish, result, sorted(summed, key=lambda one: one[1].start)
        )

    async def _compare(self, digest: str) -> None:
        """Make sure that all have the same model, whatever the server will say."""
        own = memoryview(bytes.fromhex(digest))
        self.offer("digest", own)
        for member, theirs in (await self.gather("digest", _DIGEST_SIZE)).items():
            if theirs != own:
                raise ExchangeFailedError(f"{member} has another model", [])

    # --- giving and getting

    def offer(
        self, content: Content, body: memoryview, *, part: int = 0, to: Iterable[str] | None = None
    ) -> None:
        """Give something to the other members, or to some of them."""
        parcel = self._parcel(content, part)
        self._network.parcels.offer(parcel, body, to=self.others if to is None else to)

    async def gather(self, content: Content, size: int, *, part: int = 0) -> dict[str, memoryview]:
        """Get something of one size from each of the other members.

        Raises:
            ExchangeFailedError: somebody does not give it.
        """
        contents = {member: _room_for(size) for member in self.others}
        await self._together(
            self._fetch(member, content, into, part=part) for member, into in contents.items()
        )
        return contents

    async def _together(self, fetches: Iterable[Coroutine[None, None, None]]) -> None:
        """Wait for all; where one fails, for none any longer."""
        self._steps += 1
        try:
            async with asyncio.TaskGroup() as group:
                for fetch in fetches:
                    group.create_task(fetch)
        except* ExchangeFailedError as failures:
            raise failures.exceptions[0] from None
        self._since = asyncio.get_running_loop().time()

    def _deadline(self) -> float:
        """Return when somebody who has not given its part of this step counts as silent.

        Whoever lacks something in one step cannot give anything in the next. So each step may take
        longer than the one before: who waited for somebody silent says so before others take it for
        silent itself. The time counts from the end of the step before, which is about the same
        for all, however long each had to compute since.
        """
        now, silence = asyncio.get_running_loop().time(), self.attempt.silence
        return max(self._since + self._steps * silence, now + silence)

    async def _fetch(self, member: str, content: Content, into: memoryview, *, part: int) -> None:
        self._missing[member] = self._missing.get(member, 0) + 1
        try:
            async with asyncio.timeout_at(self._deadline()):
                await self._network.fetch(member, self._parcel(content, part), into)
        except (ParcelDeniedError, LinkLostError) as error:
            raise ExchangeFailedError(f"{member}: {error}", [member]) from error
        except TimeoutError as error:
            raise ExchangeFailedError(f"{member} is silent", [member]) from error
        self._missing[member] -= 1
        if not self._missing[member]:
            del self._missing[member]

    def _parcel(self, content: Content, part: int) -> ExchangeParcel:
        return ExchangeParcel(self.attempt.round, self.attempt.attempt, content, part)


def _room_for(size: int) -> memoryview:
    """Return bytes that will all be written; clearing 100 MB first would hold up the loop."""
    return np.empty(size, np.uint8).data
