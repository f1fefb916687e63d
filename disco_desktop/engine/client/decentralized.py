"""The client of decentralized learning: a server introduces, and peers exchange their updates."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from disco_desktop.engine.aggregator.masks import AttemptOrder
from disco_desktop.engine.aggregator.secure import told_samples
from disco_desktop.engine.client.client import Aggregate
from disco_desktop.engine.client.control_connection import ConnectionLostError
from disco_desktop.engine.client.peers.exchange import Exchange
from disco_desktop.engine.client.peers.frames import ModelParcel
from disco_desktop.engine.client.peers.held_models import HeldModels, fetch_model
from disco_desktop.engine.client.peers.membership import Membership
from disco_desktop.engine.client.peers.peer_network import PeerNetwork
from disco_desktop.engine.client.peers.peer_transport import PeerTransport
from disco_desktop.engine.client.peers.relayed import Relay
from disco_desktop.engine.client.peers.summing import (
    ExchangeFailedError,
    MeanSumming,
    SecureSumming,
    check_update,
)
from disco_desktop.engine.client.served import PATIENCE, ServedClient
from disco_desktop.engine.client.standing import RoundStanding
from disco_desktop.engine.errors import ContributionError, ServerError, StorageError
from disco_desktop.engine.messages import (
    Attempt,
    Introduction,
    Outcome,
    Peers,
    Ready,
)
from disco_desktop.engine.weights.codec import encode
from disco_desktop.engine.weights.model_digest import model_digest
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from disco_desktop.engine.client.address import ServerAddress
    from disco_desktop.engine.client.identity import Identity
    from disco_desktop.engine.client.ledger import Ledger, PeerState
    from disco_desktop.engine.client.peers.summing import Summing
    from disco_desktop.engine.client.peers.transport import Transport
    from disco_desktop.engine.messages import FromServer, Message
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.weights.manifest import Manifest
    from disco_desktop.engine.weights.weights import Weights

ASK_AGAIN_SECONDS = 60.0  # until those who hold a model are asked for it once more
SILENT_SECONDS = 2.0  # before a person reads what we wait for when joining

_log = logger(__name__)


class DecentralizedClient(ServedClient):
    """Exchanges updates with the other participants; the server sees none of them.

    Attributes:
        clipped_share: under masks, the share of the latest update's values that was cut off.

    Args:
        make_transport: makes what reaches the peers, once the session is known.
        held: a folder for the common model, so that it outlives this process.
    """

    def __init__(
        self,
        task: Task,
        manifest: Manifest,
        address: ServerAddress,
        identity: Identity,
        *,
        make_transport: Callable[[Membership, Relay, Ledger], Transport] = PeerTransport,
        held: Path | None = None,
        session: int | None = None,
        patience: float = PATIENCE,
    ) -> None:
        super().__init__(task, manifest, address, identity, session=session, patience=patience)
        self._make_transport = make_transport
        self._held = HeldModels(held)
        self._network: PeerNetwork | None = None
        self._introduction: Introduction | None = None
        self._ready: Ready | None = None
        self._outcome: Outcome | None = None  # as long as the server may not have heard it
        self._round = RoundStanding()
        self._ready_after = self._round.voided  # what was void when we last said that we are ready
        self._model: Weights | None = None
        self._order = AttemptOrder()
        self.clipped_share: float | None = None
        self.spends_updates = task.collaboration.is_secure

    # --- joining

    async def _joined(self) -> None:
        """Introduce ourselves, and say again what the server may have missed."""
        self._round.forget_attempt()
        if self._network is None:
            membership = self._membership
            transport = self._make_transport(membership, self._relay, self.ledger)
            self._network = PeerNetwork(transport, membership, self.ledger)
            self._introduction = Introduction(card=await transport.start())
            if transport.trouble is not None:
                self.notices.report(transport.trouble)
        await self._introduce()
        if self._outcome is not None:
            await self._say(self._outcome)
        await self._say_ready()

    @property
    def _membership(self) -> Membership:
        return Membership(
            identity=self._identity,
            task=self._task.id,
            task_digest=self._task.digest,
            session=self._known.session,
        )

    @property
    def _relay(self) -> Relay:
        return Relay(self._address, lambda: self._known.token)

    async def _introduce(self) -> None:
        assert self._introduction is not None  # noqa: S101 - _joined() made it
        known = self._known
        holds = self._held.find(known.model.digest, self._manifest)
        digest = known.model.digest if holds is not None else None
        if holds is not None:
            self._give(holds, known.model.digest, is_only=True)
        await self._say(Introduction(card=self._introduction.card, holds=digest))

    async def _say(self, message: Message) -> None:
        """Say something on the present connection; a later one says it again by itself."""
        if self._connection is not None:
            await self._connection.send(message)

    def _give(self, weights: Weights, digest: str, *, is_only: bool) -> None:
        """Offer a common model to whoever joins late: the only one, or the one that may be next."""
        content = encode(weights.buffer, "fp32")
        self._peers.parcels.offer_model(ModelParcel(digest), content, is_only=is_only)

    @property
    def _peers(self) -> PeerNetwork:
        if self._network is None:
            raise RuntimeError("connect() comes first")
        return self._network

    def _take(self, message: FromServer) -> None:
        if isinstance(message, Peers):
            self._peers.introduce(message.peers)
        if self._round.take(message):
            self._known.note_change()
        else:
            super()._take(message)

    @property
    def peers(self) -> tuple[PeerState, ...]:
        """How each peer is reached now."""
        return () if self._network is None else self._network.states

    # --- the common model

    async def _current_model(self) -> tuple[Weights, int]:
        """Return the common model: held here, or the server's first one, or a peer's."""
        while True:
            await self._until_connected()
            round_, digest = self._known.round, self._known.model.digest
            weights = self._held.find(digest, self._manifest)
            if weights is None and round_ == 0:
                weights, round_, _ = await self._fetch()
                digest = await asyncio.to_thread(model_digest, weights)
            elif weights is None:
                weights = await self._fetch_from_peers(digest)
            if weights is not None and digest == self._known.model.digest:
                await self._adopt(weights, digest)
                return weights, round_

    async def _fetch_from_peers(self, digest: str) -> Weights | None:
        """Fetch a model from one of its holders; nothing where it is no longer the newest."""
        loop = asyncio.get_running_loop()
        soon = loop.call_later(SILENT_SECONDS, self.notices.set_status, "connecting to peers")
        try:
            return await self._ask_holders(digest)
        finally:
            soon.cancel()

    async def _ask_holders(self, digest: str) -> Weights | None:
        while digest == self._known.model.digest:
            change = asyncio.ensure_future(self._known.changed())
            try:
                for holder in self._round.holders:
                    if (weights := await self._ask(holder, digest)) is not None:
                        return weights
                await asyncio.wait([change], timeout=ASK_AGAIN_SECONDS)
            finally:
                change.cancel()
            await self._until_connected()
        return None

    async def _ask(self, holder: str, digest: str) -> Weights | None:
        return await fetch_model(self._peers, holder, digest, self._manifest)

    async def _adopt(self, weights: Weights, digest: str) -> None:
        """Take a model as the common one, and tell that others may have it of us."""
        await asyncio.to_thread(self._held.keep, weights, digest)
        await asyncio.to_thread(self._held.forget_others, digest)
        self._model = weights
        with contextlib.suppress(ConnectionLostError):
            await self._introduce()

    # --- exchanging

    async def on_round_end_communication(
        self, update: Weights, *, base_round: int, samples: int
    ) -> Aggregate:
        """Exchange an update with the others, and return the model that all of them have then.

        Where the others went on without us, their model is returned, marked as stale.

        Raises:
            ServerError: others or the server did not come in time, or the server refused us.
            ContributionError: the update is none that others would take.
        """
        await asyncio.to_thread(check_update, update.buffer, self._task.collaboration)
        self.notices.set_status("connecting to peers")
        try:
            async with self._bounded():
                await self._get_ready(base_round, samples)
                return await self._exchange(update, base_round, samples)
        finally:
            self._ready = None

    async def _get_ready(self, base_round: int, samples: int) -> None:
        await self._until_connected()
        if self._known.round == base_round:
            collaboration = self._task.collaboration
            self._ready = Ready(
                round=base_round,
                holds=self._known.model.digest,
                samples=told_samples(samples, collaboration.weighting)
                if collaboration.is_secure
                else samples,
            )
            await self._say_ready()

    async def _say_ready(self) -> None:
        if self._ready is not None:
            self._ready_after = self._round.voided
            with contextlib.suppress(ConnectionLostError):
                await self._say(self._ready)

    async def _exchange(self, update: Weights, base_round: int, samples: int) -> Aggregate:
        while True:
            await self._until_connected()
            if self._known.round > base_round:
                weights, round_ = await self._current_model()
                return self._aggregate(weights, round_, is_counted=self._is_counted(base_round))
            attempt = self._round.attempt(base_round)
            if attempt is None:
                self._say_what_we_wait_for()
                if self._ready_after != self._round.voided:  # an attempt among others has failed
                    await self._say_ready()
                    continue
                await self._known.changed()
                continue
            self.notices.set_status("updating model")
            agreed = await self._attempt_exchange(attempt, update, samples)
            if agreed is not None:
                return self._aggregate(agreed, base_round + 1, is_counted=True)
            if self.spends_updates and self._known.round == base_round:
                self.notices.report(ServerError("exchange_void"))
                return self._void(base_round)

    def _void(self, base_round: int) -> Aggregate:
        return Aggregate(
            weights=self._common, round=base_round, participants=0, is_counted=False, is_void=True
        )

    def _is_counted(self, base_round: int) -> bool:
        """Whether the server knows our update to be part of the common model already."""
        return self._known.contributed == base_round

    def _aggregate(self, weights: Weights, round_: int, *, is_counted: bool) -> Aggregate:
        return Aggregate(
            weights=weights,
            round=round_,
            participants=self._known.contributors,
            is_counted=is_counted,
            is_stale=not is_counted,
            is_last=round_ >= self._known.rounds,
        )

    async def _attempt_exchange(
        self, attempt: Attempt, update: Weights, samples: int
    ) -> Weights | None:
        """Carry out an attempt; return the model that all agreed on, nothing where it is void."""
        self._round.forget_attempt()
        work = asyncio.create_task(self._carry_out(attempt, update, samples))
        try:
            while not work.done() and not self._is_settled(attempt):
                change = asyncio.ensure_future(self._known.changed())
                await asyncio.wait([work, change], return_when=asyncio.FIRST_COMPLETED)
                change.cancel()
            if not work.done():
                return None
            weights, digest = work.result()
            await self._until_settled(attempt)
        except (ExchangeFailedError, StorageError) as error:
            _log.info("attempt %d of round %d failed: %s", attempt.attempt, attempt.round, error)
            blamed = error.blamed if isinstance(error, ExchangeFailedError) else ()
            await self._report(attempt, None, blamed)
            await self._until_settled(attempt)
            return None
        except ContributionError:
            await self._report(attempt, None)
            raise
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            self._outcome = None
            self._peers.parcels.end(attempt.round, attempt.attempt)
        if self._known.round <= attempt.round or self._known.model.digest != digest:
            return None
        await self._adopt(weights, digest)
        return weights

    async def _carry_out(
        self, attempt: Attempt, update: Weights, samples: int
    ) -> tuple[Weights, str]:
        exchange = Exchange(self._peers, attempt, self._identity.node_id)
        if self._task.collaboration.is_secure:
            summing: Summing = self._masked(attempt, update, samples)
        else:
            summing = MeanSumming(self._task.collaboration, self._common, update, attempt)
        weights, digest = await exchange.run(summing)
        if isinstance(summing, SecureSumming):
            self.clipped_share = summing.clipped_share
        # Nobody says that it has a model before that is on its disk.
        await asyncio.to_thread(self._held.keep, weights, digest)
        self._give(weights, digest, is_only=False)
        await self._report(attempt, digest)
        return weights, digest

    def _masked(self, attempt: Attempt, update: Weights, samples: int) -> SecureSumming:
        """Return the secure sum of an attempt, after which the update is spent.

        Raises:
            ExchangeFailedError: the server asked for what must not be done.
        """
        try:
            summing = SecureSumming(
                self._task,
                self._known.session,
                attempt,
                self._identity,
                key_of=self._peers.key_of,
                base=self._common,
                update=update,
                samples=samples,
            )
            self._order.begin(summing.context)
        except ContributionError as error:
            raise ExchangeFailedError(str(error), ()) from error
        return summing

    @property
    def _common(self) -> Weights:
        if self._model is None:
            raise RuntimeError("connect() comes first")
        return self._model

    async def _report(
        self, attempt: Attempt, digest: str | None, blamed: tuple[str, ...] = ()
    ) -> None:
        self._outcome = Outcome(
            round=attempt.round, attempt=attempt.attempt, digest=digest, blamed=blamed
        )
        with contextlib.suppress(ConnectionLostError):
            await self._say(self._outcome)

    def _is_settled(self, attempt: Attempt) -> bool:
        """Whether the server has said what became of an attempt."""
        return self._round.is_void(attempt) or self._known.round > attempt.round

    async def _until_settled(self, attempt: Attempt) -> None:
        while not self._is_settled(attempt):
            if not self._known.is_connected:
                await self._until_connected()
                continue
            await self._known.changed()

    def _say_what_we_wait_for(self) -> None:
        is_enough = self._known.is_enough
        self.notices.set_status("connecting to peers" if is_enough else "not enough participants")

    async def disconnect(self) -> None:
        """Leave. Safe to call at any time, and more than once."""
        await super().disconnect()
        if self._network is not None:
            await self._network.close()
            self._network = None
