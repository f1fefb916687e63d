from __future__ import annotations

import ssl
import tempfile

import pytest

from disco_desktop.engine.client.certificate import fresh_certificate, pinning_context


def test_its_key_does_not_stay_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    fresh_certificate()
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_deleted_though_it_cannot_be_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(
        "disco_desktop.engine.client.certificate.self_signed", lambda *_: b"no certificate"
    )
    with pytest.raises((ssl.SSLError, ValueError)):
        fresh_certificate()
    assert list(tmp_path.iterdir()) == []


def test_each_start_has_another():
    assert fresh_certificate().fingerprint != fresh_certificate().fingerprint


def test_nothing_below_tls_1_3_is_spoken():
    for context in (fresh_certificate().context, pinning_context()):
        assert context.minimum_version is ssl.TLSVersion.TLSv1_3
