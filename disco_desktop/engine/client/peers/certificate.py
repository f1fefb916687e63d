"""The certificate by which a peer's listener is known: made anew each time it starts."""

from __future__ import annotations

import hashlib
import hmac
import os
import ssl
import tempfile
from dataclasses import dataclass

from cryptography import x509

from disco_desktop.engine.client.self_signed import certificate_fingerprint, self_signed


@dataclass(frozen=True)
class PeerCertificate:
    """A certificate that is ready for use.

    Attributes:
        context: what the listener shakes hands with; TLS 1.3 alone.
        fingerprint: SHA-256 of the certificate in DER form, in hexadecimal, as in a `PeerCard`.
    """

    context: ssl.SSLContext
    fingerprint: str


def fresh_certificate() -> PeerCertificate:
    """Make a P-256 certificate that lasts as long as this process.

    Its key is on the disk for the moment that `ssl` takes to load it, in a file of mode 0600.

    Raises:
        OSError: there is no room for that file.
    """
    # The name says nothing about this machine: anybody who knocks gets to read it.
    content = self_signed("Disco peer", [x509.DNSName("peer.invalid")])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 0  # a session is never resumed: each proves both keys
    descriptor, path = tempfile.mkstemp(prefix="disco-peer-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        context.load_cert_chain(path)
    finally:
        os.unlink(path)
    return PeerCertificate(context, certificate_fingerprint(content))


def pinning_context() -> ssl.SSLContext:
    """Return what a dialler shakes hands with: TLS 1.3 alone, and no authority is asked.

    Whoever uses it checks the certificate against the pinned one before anything is sent.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def is_pinned(shown: ssl.SSLObject, fingerprint: str) -> bool:
    """Tell whether the other side showed the certificate that is expected of it."""
    content = shown.getpeercert(binary_form=True) or b""
    return hmac.compare_digest(hashlib.sha256(content).hexdigest(), fingerprint)
