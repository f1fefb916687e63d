"""Who an installation is in a task: an Ed25519 key that never leaves it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from disco_desktop.engine.client.private_file import (
    read_private_file,
    set_aside,
    write_private_file,
)
from disco_desktop.engine.errors import StorageError
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from pathlib import Path

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
NODE_ID_DIGITS = 16
_LARGEST_FILE = 4096

_log = logger(__name__)


class Identity:
    """The key of this installation in one task.

    A server learns the public half and has signatures made over its challenges; a key a task
    keeps one person's tasks from being linked.
    """

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> Identity:
        """Make an identity that lasts as long as this process."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load_or_create(cls, path: Path) -> Identity:
        """Read the identity kept in a file, or make one and keep it there.

        The file has mode 0600 and is written whole or not at all. Processes that start at the
        same moment get the same identity.

        Raises:
            StorageError: the file cannot be read or written (`identity_unreadable`), or it is
                damaged (`identity_damaged`): then it is set aside, and the next call makes a
                new identity.
        """
        try:
            if not path.exists():
                fresh = cls.generate()
                if write_private_file(path, fresh._pem()):
                    return fresh
            content = read_private_file(path, largest=_LARGEST_FILE)
        except OSError as error:
            raise StorageError(
                "identity_unreadable", file=str(path), reason=error.strerror or str(error)
            ) from error
        return cls(_read_key(path, content))

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that others know us by."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def node_id(self) -> str:
        """Our short name on the network."""
        return node_id(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes that prove that the holder of this key wrote a message."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"<Identity {self.node_id}>"

    def _pem(self) -> bytes:
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _read_key(path: Path, content: bytes) -> Ed25519PrivateKey:
    """Read a private key, or set its file aside."""
    try:
        key = load_pem_private_key(content, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("a key of another kind")
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        aside = set_aside(path)
        _log.warning("the identity in %s is damaged; it is now %s", path, aside.name)
        raise StorageError(
            "identity_damaged", file=str(path), aside=str(aside), detail=type(error).__name__
        ) from error
    return key


def node_id(public_key: bytes) -> str:
    """Return the short name that follows from a public key: 16 hexadecimal digits."""
    return hashlib.sha256(public_key).hexdigest()[:NODE_ID_DIGITS]


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the holder of a key signed a message. Never raises for what others sent."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
