import base64
import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import ConfigError, HttpSource
from gateway.transports import tokens
from gateway.transports.tokens import Keyring, NoKeyring, presented

TOKEN = "s3cret-token-of-the-source"


def source(**values):
    return HttpSource.model_validate({"type": "http", "format": "plain", **values})


def digest(token):
    return sha256(token.encode()).hexdigest()


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer   {TOKEN} "},
        {"authorization": basic("anyone", TOKEN)},
        {"authorization": basic("", TOKEN)},
        {"x-api-key": TOKEN},
        {"authorization": "Digest nonsense", "x-api-key": TOKEN},
    ],
)
def test_a_token_is_found_wherever_it_may_stand(headers):
    assert presented(headers) == TOKEN


@given(st.dictionaries(st.sampled_from(["authorization", "x-api-key"]), st.text(max_size=40)))
def test_no_header_makes_it_raise(headers):
    found = presented(headers)
    assert found is None or found


def test_a_source_without_token_refuses_to_start():
    for values in ({}, {"token": {"value": ""}}):
        with pytest.raises(ConfigError, match=r"sources\.nbiot.*nobody may write"):
            Keyring("nbiot", source(**values))


@pytest.mark.parametrize(
    "token", ["short", "with space in the token", "umlaut-tökentökentöken", "line\nbreak-token-token"]
)
def test_a_weak_token_refuses_to_start_and_is_not_repeated(token):
    with pytest.raises(ConfigError, match=r"sources\.nbiot\.token") as caught:
        Keyring("nbiot", source(token={"value": token}))
    assert token not in str(caught.value)


def test_a_token_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(ConfigError, match="absent"):
        Keyring("nbiot", source(token={"file": str(tmp_path / "absent")}))


def test_the_source_token_admits_any_device_and_a_device_token_only_its_own(tmp_path):
    file = tmp_path / "devices"
    file.write_text(f"# pegel\npegel-7 {digest('token-seven')}\n\npegel-8 {digest('token-eight').upper()} # neu\n")
    keyring = Keyring("nbiot", source(token={"value": TOKEN}, device_tokens=str(file)))
    assert keyring.admits(TOKEN, "pegel-7") == ""
    assert keyring.admits(TOKEN, "anything") == ""
    assert keyring.admits("token-seven", "pegel-7") == "pegel-7"
    assert keyring.admits("token-eight", "pegel-8") == "pegel-8"
    assert keyring.admits("token-seven", "pegel-8") is None
    assert keyring.admits("token-seven", "") is None
    assert keyring.admits(None, "pegel-7") is None
    assert keyring.admits("", "") is None


def test_while_a_token_is_exchanged_the_old_and_the_new_hold(tmp_path):
    file = tmp_path / "devices"
    file.write_text(f"a {digest('old')}\na {digest('new')}\n")
    keyring = Keyring("nbiot", source(device_tokens=str(file)))
    assert [keyring.admits(token, "a") for token in ("old", "new", "other")] == ["a", "a", None]


def test_the_file_is_read_again_when_it_changes_and_a_broken_one_changes_nothing(tmp_path):
    file = tmp_path / "devices"
    file.write_text(f"a {digest('one')}\n")
    keyring = Keyring("nbiot", source(device_tokens=str(file)))
    fresh = tmp_path / "fresh"
    fresh.write_text(f"a {digest('two')}\n")
    fresh.replace(file)
    assert keyring.admits("one", "a") is None
    assert keyring.admits("two", "a") == "a"
    file.write_text("a nonsense and more\n")
    assert keyring.admits("two", "a") == "a"
    file.unlink()
    assert keyring.admits("two", "a") == "a"


@pytest.mark.parametrize("line", ["a", "a b", f"a {'0' * 63}", f"a {'g' * 64}", f"a b {'0' * 64}", f"a/b {'0' * 64}"])
def test_a_bad_line_is_named(tmp_path, line):
    file = tmp_path / "devices"
    file.write_text(f"ok {'0' * 64}\n{line}\n")
    with pytest.raises(ConfigError, match=r"devices, line 2"):
        Keyring("nbiot", source(device_tokens=str(file)))


@pytest.mark.parametrize(
    "values",
    [
        {"format": "chirpstack"},
        {"format": "tts"},
        {"format": "senml"},
        {"mapping": {"device": "id"}},
        {"mapping": {"device": "query:id"}},
    ],
)
def test_device_tokens_are_refused_where_the_body_names_the_device(tmp_path, values):
    file = tmp_path / "devices"
    file.write_text("")
    with pytest.raises(ConfigError, match="device_tokens"):
        Keyring("nbiot", source(device_tokens=str(file), **values))


def test_unknown_source_wrong_token_and_unknown_device_compare_alike(tmp_path, monkeypatch):
    """The number of digests compared tells nothing: one for the source, one for the device, whoever asks."""
    file = tmp_path / "devices"
    file.write_text(f"a {digest('one')}\n")
    compared = []
    monkeypatch.setattr(
        tokens, "compare_digest", lambda a, b: compared.append((len(a), len(b))) or hmac.compare_digest(a, b)
    )
    keyrings = (
        Keyring("x", source(device_tokens=str(file))),
        Keyring("y", source(token={"value": TOKEN})),
        NoKeyring(),
    )
    for keyring in keyrings:
        for token in (None, "", "wrong", TOKEN, "one"):
            for device in ("", "a", "b"):
                compared.clear()
                keyring.admits(token, device)
                assert compared == [(32, 32), (32, 32)]
