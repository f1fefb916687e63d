from __future__ import annotations

import datetime
import hashlib
import ipaddress
import os
import ssl
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from disco_desktop.engine.errors import StorageError
from disco_desktop.server.certificates import given_certificate, own_certificate


@pytest.fixture
def own(tmp_path):
    """A folder with the server's own certificate, and the certificate."""
    folder = tmp_path / "own"
    own_certificate(folder, ["disco.example.org", "192.0.2.7"])
    [file] = folder.iterdir()
    return file


def read(file):
    return x509.load_pem_x509_certificate(file.read_bytes())


def test_the_fingerprint_is_that_of_the_certificate_and_stays(own):
    der = ssl.PEM_cert_to_DER_cert(read(own).public_bytes(Encoding.PEM).decode())
    first = own_certificate(own.parent, [])
    assert first.fingerprint == hashlib.sha256(der).hexdigest()
    assert own_certificate(own.parent, ["another.example.org"]).fingerprint == first.fingerprint


def test_two_servers_have_different_certificates(tmp_path):
    one, other = (own_certificate(tmp_path / name, []) for name in ("one", "other"))
    assert one.fingerprint != other.fingerprint


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_only_the_owner_may_read_the_key(own):
    assert stat.S_IMODE(own.stat().st_mode) == 0o600


def test_it_names_this_machine_and_the_hosts_given(own):
    names = read(own).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"localhost", "disco.example.org"} <= set(names.get_values_for_type(x509.DNSName))
    assert {ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("192.0.2.7")} <= set(
        names.get_values_for_type(x509.IPAddress)
    )


def test_a_clock_that_is_years_off_makes_no_difference(own):
    certificate = read(own)
    now = datetime.datetime.now(datetime.UTC)
    assert certificate.not_valid_before_utc < now - datetime.timedelta(days=20 * 365)
    assert certificate.not_valid_after_utc > now + datetime.timedelta(days=40 * 365)


def test_a_host_that_cannot_stand_in_a_certificate_is_left_out(tmp_path, expect_log):
    expect_log("left out")
    own_certificate(tmp_path, ["a" * 70 + ".example.org"])


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content[: content.index(b"-----BEGIN CERTIFICATE")],
        lambda content: content[content.index(b"-----BEGIN CERTIFICATE") :],
        lambda content: os.urandom(1000),
    ],
    ids=["empty", "cut", "only the key", "only the certificate", "random"],
)
def test_a_damaged_file_is_named_and_set_aside(own, damage):
    damaged = damage(own.read_bytes())
    own.write_bytes(damaged)
    with pytest.raises(StorageError) as told:
        own_certificate(own.parent, [])
    assert told.value.code == "certificate_damaged"
    assert told.value.arguments["file"] == str(own)
    [aside] = own.parent.glob("*.damaged-*")
    assert aside.read_bytes() == damaged
    own_certificate(own.parent, [])


@pytest.fixture
def given(own, tmp_path):
    """An operator's certificate and key, in two files."""
    content = own.read_bytes()
    start = content.index(b"-----BEGIN CERTIFICATE")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(content[start:])
    key.write_bytes(content[:start])
    return certificate, key


def test_the_operators_certificate_is_used(given, own):
    assert given_certificate(*given).fingerprint == own_certificate(own.parent, []).fingerprint


def test_the_operators_missing_file_is_named(given):
    certificate, key = given
    for gone in (key, certificate):
        gone.unlink()
        with pytest.raises(StorageError) as told:
            given_certificate(certificate, key)
        assert told.value.code == "certificate_unreadable"
        assert told.value.arguments["file"] == str(gone)


def test_a_key_of_another_certificate_is_refused(given, tmp_path):
    own_certificate(tmp_path / "other", [])
    [other] = (tmp_path / "other").iterdir()
    with pytest.raises(StorageError) as told:
        given_certificate(given[0], other)
    assert told.value.code == "certificate_unusable"


def test_a_key_under_a_password_is_refused_and_nobody_is_asked_for_it(given):
    key = load_pem_private_key(given[1].read_bytes(), None)
    given[1].write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    )
    with pytest.raises(StorageError) as told:
        given_certificate(*given)
    assert told.value.code == "certificate_unusable"
    assert "password" in told.value.detail


def test_what_is_no_certificate_is_refused(given):
    given[0].write_text("not a certificate")
    with pytest.raises(StorageError) as told:
        given_certificate(*given)
    assert told.value.code == "certificate_unusable"
