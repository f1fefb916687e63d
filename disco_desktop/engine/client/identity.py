"""Who an installation is in a task: an Ed25519 key, in a file that only its owner may read."""

from __future__ import annotations

import hashlib
import os
import secrets
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

from disco_desktop.engine.errors import StorageError
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from pathlib import Path

_IS_POSIX = os.name == "posix"


def write_private_file(path: Path, content: bytes) -> bool:
    """Create a file of mode 0600 in a folder of mode 0700, whole or not at all.

    The content is on the disk before the name appears, so that a power cut leaves no half of it.

    Returns:
        Whether the file was created; an existing one is left as it is, since two processes may
        be the first at the same moment, and both must end up with the same key.

    Raises:
        OSError: it could not be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        created = _give_name(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _settle_folder(path.parent)
    return created


def _give_name(beside: Path, path: Path) -> bool:
    """Name the finished file, unless the name is taken."""
    try:
        os.link(beside, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links, such as FAT
        if path.exists():
            return False
        beside.replace(path)
    return True


def read_private_file(path: Path, *, largest: int) -> bytes:
    """Read at most `largest` bytes of a file, and take away others' right to read it.

    Raises:
        OSError: it does not exist or cannot be read.
    """
    with path.open("rb") as file:
        if _IS_POSIX and os.fstat(file.fileno()).st_mode & 0o077:
            os.fchmod(file.fileno(), 0o600)
        return file.read(largest)


def set_aside(path: Path) -> Path:
    """Rename a damaged file so that it is kept and no longer used; return its new path."""
    aside = path.with_name(f"{path.name}.damaged-{secrets.token_hex(4)}")
    path.replace(aside)
    _settle_folder(path.parent)
    return aside


def _settle_folder(folder: Path) -> None:
    """Make a new name in a folder last through a power cut."""
    if not _IS_POSIX:  # Windows cannot open a folder, and needs no such call
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
