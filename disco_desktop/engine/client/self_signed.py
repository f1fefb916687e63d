"""Certificates that vouch for themselves: known by their fingerprint, not by an authority."""

from __future__ import annotations

import datetime
import hashlib
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
