"""What the clients have in common that meet others at a server: joining it, and staying there."""

from __future__ import annotations

import asyncio
import contextlib
from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from disco_desktop.engine.client.address import client_session
from disco_desktop.engine.client.client import Client, Session
from disco_desktop.engine.client.control_connection import (
    Backoff,
    ConnectionLostError,
    ControlConnection,
)
from disco_desktop.engine.client.standing import Standing
from disco_desktop.engine.client.transfer import Download
from disco_desktop.engine.errors import ServerError
from disco_desktop.engine.messages import (
    Attempt,
    Leave,
    Pause,
    Refused,
    Resume,
    Roster,
    RoundClosed,
    Trouble,
)
from disco_desktop.engine.weights.weights import Weights
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp

    from disco_desktop.engine.client.address import ServerAddress
    from disco_desktop.engine.client.identity import Identity
    from disco_desktop.engine.errors import DiscoError
    from disco_desktop.engine.messages import FromServer, Message, Role
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.weights.manifest import Manifest

PATIENCE = 1800.0  # seconds that we wait for others, or for the server to come back

# How often we ask again for a model that is gone although we know of no newer one.
_PATIENT_FETCHES = 4

# What the server or the network says for a while; everything else is for good.
_PASSING = {
    "server_unreachable",
    "server_timeout",
    "server_connection_lost",
    "server_name_unknown",
    "server_proxy_failed",
    "server_answer_strange",
    "server_storage",
}

_log = logger(__name__)


class ServedClient(Client):
    """Takes part in one session of a task at one server, whatever is exchanged there.

    A connection that breaks is made anew, as the same participant and in the same session.
    """

    def __init__(
        self,
        task: Task,
        manifest: Manifest,
        address: ServerAddress,
        identity: Identity,
        *,
        session: int | None = None,
        role: Role = "participant",
        patience: float = PATIENCE,
    ) -> None:
        super().__init__()
        self._task = task
        self._manifest = manifest
        self._address = address
        self._identity = identity
        self._session = session
        self._role: Role = role
        self._patience = patience
        self._http: aiohttp.ClientSession | None = None
        self._connection: ControlConnection | None = None
        self._standing: Standing | None = None
        self._listening: asyncio.Task[None] | None = None
        self._failure: ServerError | None = None
        self._is_paused = False
        self._server_key: bytes | None = None
        self._troubles: set[str] = set()

    @property
    def session(self) -> int | None:
        """The number of the session that we take part in, to come back to it later."""
        return self._session

    # --- connecting

    async def connect(self) -> Session:
        """Join, and return the current model.

        Raises:
            ServerError: the server cannot be reached, is not the one that was pinned, has no such
                task or another version of it, or refused us.
        """
        self._http = client_session(self._address, self.ledger)
        try:
            try:
                await self._join()
            except ConnectionLostError as error:
                raise ServerError("server_connection_lost", address=self._address.url) from error
            self._listening = asyncio.create_task(self._listen())
            async with self._bounded():
                weights, round_ = await self._current_model()
        except BaseException:
            await self.disconnect()
            raise
        known = self._known
        return Session(
            weights=weights, round=round_, rounds=known.rounds, contributed=known.contributed
        )

    @abstractmethod
    async def _current_model(self) -> tuple[Weights, int]:
        """Return the weights to begin from, and the rounds that they have behind them."""

    async def _joined(self) -> None:
        """Say what the server must know of us after each welcome."""

    async def _join(self) -> None:
        """Make a connection and have the server tell us how the session stands."""
        connection = await ControlConnection.open(
            self._open_http, self._address, self._task, self.ledger
        )
        try:
            welcome = await connection.shake_hands(
                self._identity,
                self._task,
                role=self._role,
                session=self._session,
                known_key=self._server_key,
            )
        except BaseException:
            await connection.close()
            raise
        self._server_key = connection.server_key
        self._connection = connection
        self._session = welcome.session
        if self._standing is None:
            self._standing = Standing(welcome)
        else:
            self._standing.take(welcome)
        self._tell_troubles_over()  # of one that is not over we are told again
        self.notices.set_participants(welcome.participants, welcome.minimum)
        _log.debug(
            "joined session %d, round %d of %d, as %s",
            *(welcome.session, welcome.round, welcome.rounds, welcome.participant),
        )
        if self._is_paused:
            await connection.send(Pause())
        await self._joined()

    @property
    def _open_http(self) -> aiohttp.ClientSession:
        if self._http is None:
            raise RuntimeError("connect() comes first")
        return self._http

    @property
    def _known(self) -> Standing:
        if self._standing is None:
            raise RuntimeError("connect() comes first")
        return self._standing

    async def _listen(self) -> None:
        """Take in what the server says, over as many connections as it needs."""
        try:
            while True:
                with contextlib.suppress(ConnectionLostError):
                    await self._hear()
                self._known.lost()
                await self._drop_connection()
                await self._rejoin()
        except ServerError as error:
            self._failure = error
            self._known.lost()
        except Exception as error:
            # Whoever waits for us to be connected again must not wait in vain.
            _log.exception("a mistake of ours ended the connection")
            self._failure = ServerError(
                "server_connection_lost", address=self._address.url, detail=repr(error)
            )
            self._known.lost()

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _hear(self) -> None:
        assert self._connection is not None  # noqa: S101 - _join() made it
        while True:
            message = await self._connection.receive()
            if isinstance(message, Refused):
                raise ServerError.told(message.code, message.arguments)
            if isinstance(message, Trouble):
                self._tell_trouble(ServerError(message.code))
            if isinstance(message, RoundClosed | Attempt):
                self._tell_troubles_over()
            self._take(message)
            if isinstance(message, Roster):
                self.notices.set_attendees(self._known.attendees)
            self.notices.set_participants(self._known.participants, self._known.minimum)

    def _tell_trouble(self, error: DiscoError) -> None:
        """Tell of what keeps the server from going on."""
        self._troubles.add(error.code)
        self.notices.report(error)

    def _tell_troubles_over(self) -> None:
        """The server has gone on."""
        for code in self._troubles:
            self.notices.report_over(code)
        self._troubles.clear()

    def _take(self, message: FromServer) -> None:
        """Enter what a message tells."""
        self._known.take(message)

    async def _rejoin(self) -> None:
        """Connect again, trying for as long as our patience lasts."""
        _log.debug("the connection to %s is lost", self._address.url)
        backoff = Backoff()
        try:
            async with asyncio.timeout(self._patience):
                while True:
                    await backoff.pause()
                    try:
                        await self._join()
                    except ConnectionLostError as error:
                        _log.debug("cannot rejoin: %s", error)
                    except ServerError as error:
                        if error.code not in _PASSING:
                            raise
                        _log.debug("cannot rejoin: %s", error)
                    else:
                        return
        except TimeoutError as error:
            raise ServerError(
                "server_away", address=self._address.url, minutes=round(self._patience / 60)
            ) from error

    # --- the current model

    async def _fetch(self) -> tuple[Weights, int, int]:
        """Download the current model, over as many connections as it takes.

        Returns:
            The weights, the rounds that they have behind them, and how many contributed.
        """
        buffer = np.empty(self._manifest.elements, "<f4")
        download: Download | None = None
        backoff, gone = Backoff(), 0
        while True:
            await self._until_connected()
            if download is None:
                known = self._known
                model, round_, contributors = known.model, known.round, known.contributors
                download = Download(model, buffer.data.cast("B"), self.ledger)
            try:
                await download.go_on(self._open_http, self._address)
            except ConnectionLostError as error:
                _log.debug("the download was cut off: %s", error)
                await self._pause(backoff)
            except ServerError as error:
                if error.code != "model_not_on_server":
                    raise
                if model == self._known.model:  # that of the next may still be on its way to us
                    gone += 1
                    if gone > _PATIENT_FETCHES:
                        raise
                    await backoff.pause()
                _log.debug("the rounds went on meanwhile: the newest model instead")
                download = None
            else:
                _log.debug("fetched the model of round %d, %d bytes", round_, model.size)
                weights = Weights(self._manifest, buffer.astype(np.float32, copy=False))
                return weights, round_, contributors

    async def _pause(self, backoff: Backoff) -> None:
        """Wait before another try; but none of the time that the server was away."""
        if self._known.is_connected:
            await backoff.pause()
        else:
            backoff.reset()

    async def _until_connected(self) -> None:
        while not self._known.is_connected:
            if self._failure is not None:
                raise self._failure
            self.notices.set_status("reconnecting")
            await self._known.changed()

    @contextlib.asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        """Bound a wait for the others by our patience."""
        try:
            async with asyncio.timeout(self._patience):
                yield
        except TimeoutError as error:
            raise ServerError("waited_too_long", minutes=round(self._patience / 60)) from error

    # --- the rest

    async def pause(self) -> None:
        """Tell the others not to wait for us."""
        self._is_paused = True
        await self._tell(Pause())

    async def resume(self) -> None:
        """Tell the others that we train again."""
        self._is_paused = False
        await self._tell(Resume())

    async def _tell(self, message: Message) -> None:
        """Say something that a later connection would say again by itself."""
        if self._connection is not None:
            with contextlib.suppress(ConnectionLostError):
                await self._connection.send(message)

    async def disconnect(self) -> None:
        """Leave. Safe to call at any time, and more than once."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            self._listening = None
        if self._connection is not None:
            await self._tell(Leave())
            await self._connection.close()
            self._connection = None
        if self._http is not None:
            await self._http.close()
            self._http = None
