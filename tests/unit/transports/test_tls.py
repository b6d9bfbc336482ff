"""The TLS context is built from files, and built again when they are replaced."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from gateway.config import ConfigError, TlsSettings
from gateway.transports.tls import TlsFiles, client_context
from tests.servers.mosquitto import Authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "pki")


def settings(authority: Authority) -> TlsSettings:
    certificate, key = authority.issue("gateway", "gateway@city.example")
    return TlsSettings(ca=authority.ca, certificate=certificate, key=key)


def test_a_context_verifies_name_and_certificate(authority):
    context = client_context(settings(authority))
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) == 1


def test_without_a_ca_the_systems_authorities_hold():
    assert client_context(TlsSettings()).verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize("missing", ["ca", "certificate", "key"])
def test_a_missing_file_is_named(authority, missing):
    good = settings(authority)
    path = getattr(good, missing)
    path.unlink()
    with pytest.raises(ConfigError, match=str(path)):
        client_context(good)


def test_a_key_of_another_certificate_is_refused(authority):
    good = settings(authority)
    other = authority.issue("other", "other@city.example")[1]
    with pytest.raises(ConfigError, match=str(good.certificate)):
        client_context(good.model_copy(update={"key": other}))


def test_a_key_without_a_certificate_is_refused(authority):
    with pytest.raises(ConfigError, match="without"):
        client_context(TlsSettings(key=authority.issue("gateway", "g@city.example")[1]))


def test_an_encrypted_key_is_refused_instead_of_asking_on_the_terminal(authority, tmp_path):
    good = settings(authority)
    assert good.key is not None
    plain = serialization.load_pem_private_key(good.key.read_bytes(), None)
    good.key.write_bytes(
        plain.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(ConfigError, match="encrypted"):
        client_context(good)


def test_a_file_that_is_no_certificate_is_named(authority):
    good = settings(authority)
    assert good.ca is not None
    good.ca.write_text("hello")
    with pytest.raises(ConfigError, match=str(good.ca)):
        client_context(good)


def test_the_context_is_kept_until_the_files_are_replaced(authority):
    files = TlsFiles(settings(authority))
    first = files.context()
    assert files.context() is first
    assert not files.renewed()
    authority.issue("gateway", "gateway@city.example")
    assert files.renewed()
    assert files.context() is not first
    assert not files.renewed()


def test_half_replaced_files_are_told_and_the_old_context_stays(authority):
    both = settings(authority)
    files = TlsFiles(both)
    files.context()
    assert both.key is not None
    old_key = both.key.read_bytes()
    new_key = authority.issue("gateway", "gateway@city.example")[1].read_bytes()
    both.key.write_bytes(old_key)
    with pytest.raises(ConfigError):
        files.renewed()
    both.key.write_bytes(new_key)
    assert files.renewed()


def test_a_removed_file_is_a_change_that_cannot_be_used(authority):
    files = TlsFiles(settings(authority))
    files.context()
    authority.ca.unlink()
    with pytest.raises(ConfigError):
        files.renewed()
    trustme.CA().cert_pem.write_to_path(str(authority.ca))
    assert files.renewed()
