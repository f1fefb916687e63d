"""The certificate by which participants know that they talk with the right server."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509

from disco_desktop.engine.client.certificate import certificate_fingerprint, self_signed
from disco_desktop.engine.client.identity import (
    read_private_file,
    set_aside,
    write_private_file,
)
from disco_desktop.engine.errors import StorageError
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_FILE = "certificate.pem"
_LARGEST_FILE = 1 << 16

_log = logger(__name__)


@dataclass(frozen=True)
class ServerCertificate:
    """A certificate that is ready for use.

    Attributes:
        context: what a listening socket takes.
        fingerprint: SHA-256 of the certificate in DER form, in hexadecimal.
    """

    context: ssl.SSLContext
    fingerprint: str


def own_certificate(data_dir: Path, hosts: Iterable[str]) -> ServerCertificate:
    """Return the server's self-signed certificate, made when it is first asked for.

    It stays the same for ever, under new names as well, since participants have pinned it.

    Args:
        data_dir: where it is kept, together with its key, in one file of mode 0600.
        hosts: names and addresses to write into it, besides those of this machine.

    Raises:
        StorageError: the file cannot be read or written (`certificate_unreadable`), or it is
            damaged (`certificate_damaged`): then it is set aside, and the next start makes
            another certificate, which participants have to be told about.
    """
    path = data_dir / _FILE
    try:
        if not path.exists() and write_private_file(
            path, self_signed("Disco server", _names(hosts))
        ):
            _log.info("made a certificate in %s", path)
        content = read_private_file(path, largest=_LARGEST_FILE)
        return _load(path, path, content)
    except (ssl.SSLError, ValueError) as error:
        aside = set_aside(path)
        raise StorageError(
            "certificate_damaged", file=str(path), aside=str(aside), detail=str(error)
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error


def given_certificate(certificate: Path, key: Path) -> ServerCertificate:
    """Return the operator's own certificate.

    Args:
        certificate: PEM file with the certificate and those that lead to its authority.
        key: PEM file with its private key, not protected by a password.

    Raises:
        StorageError: `certificate_unreadable`, or `certificate_unusable` where the files are no
            certificate and its key.
    """
    try:
        return _load(certificate, key, certificate.read_bytes())
    except (ssl.SSLError, ValueError) as error:
        raise StorageError(
            "certificate_unusable",
            file=str(certificate),
            key=str(key),
            detail=f"{type(error).__name__}: {error}",
        ) from error
    except OSError as error:
        raise _unreadable(error.filename or certificate, error) from error


def _unreadable(path: object, error: OSError) -> StorageError:
    return StorageError(
        "certificate_unreadable", file=str(path), reason=error.strerror or str(error)
    )


def _load(certificate: Path, key: Path, content: bytes) -> ServerCertificate:
    """Load both parts; `content` is the certificate's file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    key.open("rb").close()  # since what OpenSSL says about a missing file does not name it
    context.load_cert_chain(certificate, key, password=_no_password)
    return ServerCertificate(context, certificate_fingerprint(content))


def _no_password() -> str:
    """Keep OpenSSL from asking at the terminal, where nobody may be sitting."""
    raise ValueError("the key is protected by a password")


def _names(hosts: Iterable[str]) -> list[x509.GeneralName]:
    """Write hosts as a certificate does: addresses and names are different things there."""
    own = ["localhost", "127.0.0.1", "::1", socket.gethostname()]
    names: list[x509.GeneralName] = []
    for host in dict.fromkeys([*own, *hosts]):
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            try:
                names.append(x509.DNSName(host.encode("idna").decode("ascii")))
            except ValueError:
                _log.warning("%r cannot be a name in a certificate; it is left out", host)
    return names
