"""The whole way of a message: what becomes an observation, what a dead letter, and what neither."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.app import parts
from gateway.config import PipelineSettings, Settings
from gateway.demo.wrap import chirpstack, plain, tts
from gateway.model import Entry, Flag, Reason, Received
from gateway.pipeline.memory import Memory
from gateway.pipeline.processed import Processed
from gateway.pipeline.processor import Processor

NOW = 1_790_000_000 * 10**9
EUI = "a84041ffff000001"
LHT65N = struct.pack(">HhHBhH", 3000, 2150, 505, 1, -120, 0x7FFF)


def processor(fleet: Path | None = None, memory: Memory | None = None, **pipeline: object) -> Processor:
    token = {"value": "x" * 32}
    sources = {
        "cs": {"type": "http", "format": "chirpstack", "token": token},
        "tts": {"type": "http", "format": "tts", "token": token},
        "nbiot": {
            "type": "http",
            "format": "plain",
            "token": token,
            "mapping": {"device": "topic:1", "fields": [{"path": "t", "quantity": "air_temperature", "unit": "Cel"}]},
        },
    }
    settings = Settings(sources=sources, fleet=fleet, pipeline=PipelineSettings(**pipeline))  # type: ignore[arg-type]  # settings as a file would give them
    return parts.processor_factory(settings)(memory or Memory())


def run(
    messages: Sequence[tuple[str, tuple[str, bytes]]], on: Processor | None = None, **received: object
) -> Processed:
    entries = [
        Entry(number, Received(source, topic, body, NOW, **received))  # type: ignore[arg-type]  # fields come from the caller
        for number, (source, (topic, body)) in enumerate(messages, 1)
    ]
    return (on or processor()).process(entries)


def up(
    payload: bytes = LHT65N, port: int = 2, tags: dict[str, str] | None = None, t: float = NOW / 1e9
) -> tuple[str, bytes]:
    return chirpstack(EUI, "LHT65N", payload, port, t, 7, {"decoder": "dragino-lht65n"} if tags is None else tags)


def edited(message: tuple[str, bytes], **changes: object) -> tuple[str, bytes]:
    topic, body = message
    return topic, json.dumps(json.loads(body) | changes).encode()


def test_an_uplink_becomes_observations_in_canonical_units_at_the_network_s_time() -> None:
    out = run([("cs", up())])
    found = {(o.channel, o.quantity): (o.value, o.time, o.flag, o.offset) for o in out.observations}
    assert found["", "air_temperature"] == (21.5, NOW, 1, 1)
    assert found["probe", "air_temperature"] == (-1.2, NOW, 1, 1)
    assert found["", "battery_voltage"][0] == 3.0
    assert {o.device for o in out.observations} == {EUI}
    assert out.rejected == []


def test_the_decoder_is_chosen_by_registry_then_tag_then_brand_and_model_then_profile(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet.toml"
    fleet.write_text(f'[devices.{EUI}]\ndecoder = "dragino-lht65n"\n')
    wrong_tag = up(tags={"decoder": "browan-tbhh100"})
    assert run([("cs", wrong_tag)]).rejected[0].reason is Reason.DECODE
    assert run([("cs", wrong_tag)], processor(fleet)).observations
    by_profile = chirpstack(EUI, "LHT65N", LHT65N, 2, NOW / 1e9, 1, {})
    assert run([("cs", by_profile)]).observations
    by_model = tts(EUI, "x", LHT65N, 2, NOW / 1e9, 1, ("dragino", "lht65n"))
    assert run([("tts", by_model)]).observations


def test_an_unknown_device_is_kept_as_a_dead_letter_that_says_what_the_network_calls_it() -> None:
    out = run([("cs", chirpstack(EUI, "Mystery 3000", b"\x01\x02", 2, NOW / 1e9, 1, {}))])
    assert [letter.reason for letter in out.rejected] == [Reason.UNKNOWN_DEVICE]
    assert "Mystery 3000" in out.rejected[0].detail
    assert out.seen[EUI].count == 1


def test_the_network_server_s_codec_failure_is_told_with_the_uplink_it_belongs_to() -> None:
    broken = up(payload=b"\x01")
    dedup = json.loads(broken[1])["deduplicationId"]
    topic = broken[0].replace("/event/up", "/event/log")
    log = {
        "time": "2026-09-21T14:13:20Z",
        "deviceInfo": json.loads(broken[1])["deviceInfo"],
        "level": "ERROR",
        "code": "UPLINK_CODEC",
        "description": "ReferenceError: foo is not defined",
        "context": {"deduplication_id": dedup},
    }
    out = run([("cs", (topic, json.dumps(log).encode())), ("cs", broken)])
    assert out.nothing == {"log": 1}
    assert len(out.rejected) == 1
    assert "UPLINK_CODEC" in out.rejected[0].detail
    assert "foo is not defined" in out.rejected[0].detail


def test_simulated_uplinks_are_stored_and_never_count_as_measured() -> None:
    topic, body = tts(EUI, "x", LHT65N, 2, NOW / 1e9, 1, ("dragino", "lht65n"))
    simulated = (topic, json.dumps(json.loads(body) | {"simulated": True}).encode())
    out = run([("tts", simulated)])
    assert out.observations
    assert {o.flag for o in out.observations} == {Flag.FAIL}


def test_an_uplink_without_payload_owes_nothing() -> None:
    out = run([("cs", edited(up(), data="", fPort=0))])
    assert (out.observations, out.rejected) == ([], [])
    assert out.nothing == {"empty": 1}


def test_a_message_that_only_our_clock_dates_is_no_second_measurement_when_the_broker_sends_it_again() -> None:
    memory = Memory()
    on = processor(memory=memory)
    message = plain("pole-1", {"t": 21.5}, 0)
    body = message[1].replace(b'"time":0,', b"")
    first = on.process([Entry(1, Received("nbiot", message[0], body, NOW))])
    again = on.process([Entry(2, Received("nbiot", message[0], body, NOW + 5 * 10**9, duplicate=True))])
    fresh = on.process([Entry(3, Received("nbiot", message[0], body, NOW + 9 * 10**9))])
    assert [o.time for o in first.observations + again.observations] == [NOW, NOW]
    assert [o.time for o in fresh.observations] == [NOW + 9 * 10**9]


def test_the_memory_survives_a_restart(tmp_path: Path) -> None:
    quality = {"air_temperature": {"spike": 5}}
    messages = [
        up(struct.pack(">HhHBhH", 3000, v * 100, 505, 0, 0, 0), t=NOW / 1e9 + i * 60)
        for i, v in enumerate((20, 35, 20))
    ]
    entries = [Entry(i, Received("cs", *m, NOW + i * 60 * 10**9)) for i, m in enumerate(messages, 1)]
    whole = processor(quality=quality).process(entries).observations
    memory = Memory()
    before = processor(memory=memory, quality=quality).process(entries[:2]).observations
    memory.save(tmp_path / "memory", 2)
    loaded, offset = Memory.load(tmp_path / "memory")
    assert offset == 2
    after = processor(memory=loaded, quality=quality).process(entries[2:]).observations
    assert before + after == whole
    assert Flag.SUSPECT in {o.flag for o in after}


def test_a_torn_memory_file_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "memory").write_bytes(b"\xc1 torn")
    memory, offset = Memory.load(tmp_path / "memory")
    assert offset is None
    assert memory.series == {}


@pytest.mark.parametrize(
    "body",
    [
        b'{"t": 21.5, "mac": "a4:5e:60:c2:11:7f"}',
        b'{"t": 21.5, "devices": [{"bssid": "A4-5E-60-C2-11-7F"}]}',
        b'{"t": 21.5, "seen": {"a45e60c2117f": -70}}',
        b'{"t": 21.5, "who": "a45e60c2117f"}',
        b'{"t": 21.5, "imei": "356938035643809"}',
        b'{"t": 21.5, "licensePlate": "W-XY 123"}',
        b'{"t": 21.5, "kennzeichen": "W-XY 123"}',
        b'{"t": 21.5, "faceId": 7}',
    ],
)
def test_personal_identifiers_are_rejected_and_no_value_is_told(body: bytes) -> None:
    out = run([("nbiot", ("sensors/pole-1", body))])
    assert out.observations == []
    assert [letter.reason for letter in out.rejected] == [Reason.PRIVACY]
    for value in ("a4:5e", "A4-5E", "a45e60", "3569", "W-XY"):
        assert value not in out.rejected[0].detail


@pytest.mark.parametrize(
    "body", [b'{"t": 21.5, "surface": 3}', b'{"t": 21.5, "machine": "x"}', b'{"t": 21.5, "template": 1, "mac": null}']
)
def test_words_that_only_look_alike_pass(body: bytes) -> None:
    assert run([("nbiot", ("sensors/pole-1", body))]).observations


def test_a_quantity_the_vocabulary_lacks_is_reported_not_swallowed(tmp_path: Path) -> None:
    out = run([("nbiot", ("sensors/pole-1", b'{"other": 5}'))])
    assert out.observations == []
    assert len(out.rejected) == 1


def test_radio_values_are_stored_on_request() -> None:
    quantities = {o.quantity for o in run([("cs", up())], processor(radio=True)).observations}
    assert {"rssi", "snr", "spreading_factor", "air_temperature"} <= quantities


def test_a_source_that_is_no_longer_configured_keeps_its_messages() -> None:
    out = run([("gone", up())])
    assert [letter.reason for letter in out.rejected] == [Reason.ENVELOPE]
    assert "gone" in out.rejected[0].detail


def test_a_fault_of_ours_stops_nothing_and_is_told_without_payload() -> None:
    class Broken:
        id = "broken"

        def decode(self, payload: bytes, _: int) -> object:
            raise TypeError(payload)

    on = processor()
    on._chooser._chosen[EUI] = (("tag:dragino-lht65n", "profile:LHT65N"), Broken())
    out = run([("cs", up()), ("nbiot", ("sensors/p", b'{"t": 1}'))], on)
    assert [letter.reason for letter in out.rejected] == [Reason.INTERNAL]
    assert "TypeError" in out.rejected[0].detail
    assert "2150" not in out.rejected[0].detail
    assert len(out.observations) == 1


@given(st.sampled_from(["cs", "tts", "nbiot", "gone"]), st.text(max_size=60), st.binary(max_size=300))
def test_any_bytes_are_either_observations_or_a_dead_letter_or_nothing_for_a_reason(
    source: str, topic: str, body: bytes
) -> None:
    out = run([(source, (topic, body))])
    assert out.observations or out.rejected or out.nothing
    assert all(letter.reason is not Reason.INTERNAL for letter in out.rejected)
