"""The client of federated learning: one server, which aggregates."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from disco_desktop.engine.client.client import Aggregate
from disco_desktop.engine.client.control_connection import Backoff, ConnectionLostError
from disco_desktop.engine.client.served import ServedClient
from disco_desktop.engine.client.transfer import Upload
from disco_desktop.engine.errors import ContributionError, StorageError
from disco_desktop.engine.messages import Announcement
from disco_desktop.engine.weights.codec import encode
from disco_desktop.engine.weights.pieces import digest_pieces
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from yarl import URL

    from disco_desktop.engine.messages import UploadState
    from disco_desktop.engine.weights.weights import Weights

# Why a contribution counts nowhere though nothing is wrong with it.
_TOO_LATE = {"update_too_late", "session_finished"}

_log = logger(__name__)


class FederatedClient(ServedClient):
    """Contributes to a model that the server makes of all updates.

    Uploads and downloads go on where they were cut off.
    """

    async def _current_model(self) -> tuple[Weights, int]:
        weights, round_, _ = await self._fetch()
        return weights, round_

    @property
    def _contributions(self) -> URL:
        place = f"/tasks/{self._task.id}/sessions/{self._session}/contributions"
        return self._address.endpoint(place)

    async def on_round_end_communication(
        self, update: Weights, *, base_round: int, samples: int
    ) -> Aggregate:
        """Upload an update and wait for the model that it becomes part of.

        Where we come too late for it to count, the current model is returned, marked as stale.

        Raises:
            ServerError: others or the server did not come in time, or the server refused us.
            ContributionError: the update was refused; nothing was counted.
        """
        content = encode(update.buffer, self._task.collaboration.codec)
        announcement = Announcement(
            base_round=base_round,
            samples=samples,
            size=len(content),
            piece_digests=await asyncio.to_thread(digest_pieces, content),
        )
        async with self._bounded():
            counts_in = await self._contribute(
                Upload(announcement, content, self.ledger), base_round
            )
            await self._wait_for_round(counts_in if counts_in is not None else base_round + 1)
            weights, round_, contributors = await self._fetch()
        _log.debug("the update of round %d counts in %s", base_round + 1, counts_in or "none")
        return Aggregate(
            weights=weights,
            round=round_,
            participants=contributors,
            is_counted=counts_in is not None,
            is_stale=counts_in is None,
            is_last=round_ >= self._known.rounds,
        )

    async def _contribute(self, upload: Upload, base_round: int) -> int | None:
        """Upload, and return the round that it counts in; nothing where we are too late."""
        backoff = Backoff()
        while True:
            await self._until_connected()
            try:
                return await upload.go_on(
                    self._open_http, self._contributions, self._known.token, self._announced
                )
            except ContributionError as error:
                if error.code not in _TOO_LATE:
                    raise
                _log.debug("too late for round %d: %s", base_round + 1, error)
                return None
            except StorageError as error:
                _log.debug("the server cannot store the update: %s", error)
                self._tell_trouble(error)
            except ConnectionLostError as error:
                _log.debug("the upload was cut off: %s", error)
            await self._pause(backoff)

    def _announced(self, state: UploadState) -> None:
        """Say what we wait for: the server's answer is newer than what it pushed before."""
        self._known.participants = state.participants
        self.notices.set_participants(state.participants, self._known.minimum)
        self._say_what_we_wait_for()

    async def _wait_for_round(self, round_: int) -> None:
        while self._known.round < min(round_, self._known.rounds):
            if not self._known.is_connected:
                await self._until_connected()
                continue
            self._say_what_we_wait_for()
            await self._known.changed()

    def _say_what_we_wait_for(self) -> None:
        is_enough = self._known.is_enough
        self.notices.set_status("updating model" if is_enough else "not enough participants")
