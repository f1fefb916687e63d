import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from disco_desktop.engine.client.identity import Identity, node_id, verify
from disco_desktop.engine.errors import StorageError


def test_a_signature_proves_the_key_and_the_message():
    identity, other = Identity.generate(), Identity.generate()
    signature = identity.sign(b"challenge")
    assert len(identity.public_key) == 32
    assert verify(identity.public_key, b"challenge", signature)
    assert not verify(identity.public_key, b"another challenge", signature)
    assert not verify(other.public_key, b"challenge", signature)


@pytest.mark.parametrize("key", [b"", b"\0" * 31, b"\xff" * 32, b"\0" * 33])
@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\xff" * 1000])
def test_nonsense_from_others_verifies_as_false(key, signature):
    assert verify(key, b"challenge", signature) is False


def test_the_node_id_follows_from_the_public_key():
    identity = Identity.generate()
    assert identity.node_id == node_id(identity.public_key)
    assert len(identity.node_id) == 16
    assert identity.node_id in repr(identity)
    assert node_id(bytes(32)) == "66687aadf862bd77"


def test_the_same_identity_is_found_again(tmp_path):
    path = tmp_path / "keys" / "titanic.pem"
    first = Identity.load_or_create(path)
    assert Identity.load_or_create(path).public_key == first.public_key
    assert [file.name for file in path.parent.iterdir()] == ["titanic.pem"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_only_the_owner_may_read_the_key(tmp_path):
    path = tmp_path / "keys" / "titanic.pem"
    Identity.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    Identity.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _rsa_key() -> bytes:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"M", b"%"),
        lambda content: os.urandom(10_000),
        lambda content: _rsa_key(),
    ],
    ids=["empty", "cut", "altered", "random", "another kind of key"],
)
def test_a_damaged_file_is_named_and_set_aside_and_the_next_start_works(
    tmp_path, damage, expect_log
):
    expect_log("identity: .*titanic.pem")
    path = tmp_path / "titanic.pem"
    lost = Identity.load_or_create(path)
    damaged = damage(path.read_bytes())
    path.write_bytes(damaged)
    with pytest.raises(StorageError) as told:
        Identity.load_or_create(path)
    assert told.value.code == "identity_damaged"
    assert told.value.arguments["file"] == str(path)
    [aside] = tmp_path.glob("titanic.pem.damaged-*")
    assert told.value.arguments["aside"] == str(aside)
    assert aside.read_bytes() == damaged
    assert Identity.load_or_create(path).public_key != lost.public_key


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path):
    (tmp_path / "keys").write_text("a file where the folder should be")
    with pytest.raises(StorageError) as told:
        Identity.load_or_create(tmp_path / "keys" / "titanic.pem")
    assert told.value.code == "identity_unreadable"
    assert told.value.arguments["file"].endswith("titanic.pem")


def test_threads_that_start_together_get_one_identity(tmp_path):
    for attempt in range(20):
        path = tmp_path / str(attempt) / "key.pem"
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(Identity.load_or_create, [path] * 4))
        assert len({identity.public_key for identity in found}) == 1


def test_another_process_gets_the_same_identity(tmp_path):
    path = tmp_path / "key.pem"
    program = (
        "import sys; from pathlib import Path;"
        "from disco_desktop.engine.client.identity import Identity;"
        "print(Identity.load_or_create(Path(sys.argv[1])).node_id)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == Identity.load_or_create(path).node_id
