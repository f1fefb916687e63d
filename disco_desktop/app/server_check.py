"""A first look at a server: who answers there, and by what certificate it would be known."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp

from disco_desktop.app.server_api import fetch_summaries
from disco_desktop.engine.client.address import (
    FINGERPRINT_BYTES,
    ServerAddress,
    client_session,
    connection_error,
)
from disco_desktop.engine.errors import ServerError

_PATIENCE = 20.0
# No certificate has this digest, so that each is refused before anything is sent.
_NOBODY = "0" * (2 * FINGERPRINT_BYTES)


@dataclass(frozen=True)
class Sighting:
    """What was seen of a server.

    Attributes:
        url: in its normal form.
        fingerprint: of its certificate, in hexadecimal; none where it needs none, on this computer.
        is_vouched_for: whether it can be used without a pin: this computer's certificate
            authorities know it, or it is on this computer itself.
    """

    url: str
    fingerprint: str | None
    is_vouched_for: bool


async def look_at_server(url: str) -> Sighting:
    """Find out who answers at an address; a stranger is sent nothing.

    Raises:
        ServerError: the address is none, nobody answers there, or no Disco server does.
    """
    address = ServerAddress(url)
    if address.url.startswith("http:"):
        await fetch_summaries(address)
        return Sighting(address.url, None, is_vouched_for=True)
    fingerprint = await _fingerprint(address)
    try:
        await fetch_summaries(address)
    except ServerError as error:
        if error.code != "server_certificate_untrusted":
            raise
        return Sighting(address.url, fingerprint, is_vouched_for=False)
    return Sighting(address.url, fingerprint, is_vouched_for=True)


async def _fingerprint(address: ServerAddress) -> str:
    """Shake hands as far as the certificate, which is in vain on purpose."""
    pinned = ServerAddress(address.url, _NOBODY)
    try:
        async with (
            asyncio.timeout(_PATIENCE),
            client_session(pinned) as session,
            session.get(pinned.endpoint("/tasks")),
        ):
            raise ServerError("server_answer_strange", address=address.url, detail="no certificate")
    except aiohttp.ServerFingerprintMismatch as mismatch:
        return mismatch.got.hex()
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise connection_error(address, error) from error


def grouped(fingerprint: str) -> str:
    """Write a fingerprint in groups of four digits, to be compared by eye or over a telephone."""
    return " ".join(fingerprint[place : place + 4] for place in range(0, len(fingerprint), 4))


def same_fingerprint(told: str, seen: str) -> bool:
    """Tell whether what somebody was told is the fingerprint that was seen."""
    digits = "".join(letter for letter in told.lower() if letter not in " :-\n\t")
    return digits == seen.lower()
