"""Self-signed certificates: known by their fingerprint, not by an authority."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import os
import ssl
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence

# A certificate is known by its fingerprint, so its dates need not follow a clock: one that is a
# day, or twenty years, off must make no difference.
_NOT_BEFORE = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_NOT_AFTER = datetime.datetime(2099, 12, 31, tzinfo=datetime.UTC)


def self_signed(common_name: str, names: Sequence[x509.GeneralName]) -> bytes:
    """Make a P-256 key and a certificate that it signs itself, both as PEM, the key first.

    Args:
        common_name: what a person reads who looks at the certificate.
        names: names and addresses of whoever shows it.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOT_BEFORE)
        .not_valid_after(_NOT_AFTER)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)


def certificate_fingerprint(content: bytes) -> str:
    """Return the SHA-256, in hexadecimal, of the first certificate among PEM blocks.

    Raises:
        ValueError: there is none.
    """
    leaf = x509.load_pem_x509_certificates(content)[0]
    return hashlib.sha256(leaf.public_bytes(Encoding.DER)).hexdigest()


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
