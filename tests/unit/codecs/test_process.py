"""The process that runs codecs: confined, and replaced when it does not answer."""

import gc
import os
import signal
import sys
from pathlib import Path

import pytest

from gateway.codecs.process import CodecProcess, CodecProcessError, CodecRefusedError

GOOD = "function decodeUplink(i) { return {data: {temperature: i.bytes[0], at: i.recvTime.toISOString()}}; }"


@pytest.fixture(scope="module")
def process():
    with CodecProcess(patience=20) as process:
        yield process


def test_payloads_are_decoded_in_order(process):
    results = process.run(GOOD, [(bytes([n % 256]), 2, 1_780_000_000_000 + n) for n in range(600)])
    assert [r["data"]["temperature"] for r in results] == [n % 256 for n in range(600)]
    assert results[1]["data"]["at"] == "2026-05-28T20:26:40.001Z"
    assert process.starts == 1


def test_own_normalisation_comes_with_it(process):
    source = GOOD + " function normalizeUplink(i) { return {data: {air: {temperature: i.data.temperature}}}; }"
    assert process.load(source) == ("decodeUplink", "normalizeUplink")
    assert process.run(source, [(b"\x07", 1, 0)])[0]["normalized"] == {"air": {"temperature": 7}}


def test_what_is_no_codec_is_refused_in_words(process):
    with pytest.raises(CodecRefusedError, match="SyntaxError"):
        process.load("function (")
    assert "SyntaxError" in process.run("function (", [(b"", 1, 0)])[0]["errors"][0]


def test_one_bad_payload_does_not_harm_the_others(process):
    source = "function decodeUplink(i) { while (i.bytes[0] === 9) {} return {data: {n: i.bytes[0]}}; }"
    results = process.run(source, [(bytes([n]), 1, 0) for n in range(12)])
    assert [r["data"] and r["data"]["n"] for r in results] == [*range(9), None, 10, 11]
    assert "processor time" in results[9]["errors"][0]


def test_a_killed_process_is_replaced(process):
    before = process.starts
    process.run(GOOD, [(b"\x01", 1, 0)])
    os.kill(process.pid, signal.SIGKILL)
    results = process.run(GOOD, [(b"\x05", 1, 0), (b"\x06", 1, 0)])
    assert [r["data"]["temperature"] for r in results] == [5, 6]
    assert process.starts > before


def test_a_process_that_hangs_is_ended_by_the_clock():
    with CodecProcess(patience=0.5) as process:
        process.run(GOOD, [(b"\x01", 1, 0)])
        os.kill(process.pid, signal.SIGSTOP)
        assert "did not answer in time" in process.run(GOOD, [(b"\x01", 1, 0)])[0]["errors"][0]
        assert process.run(GOOD, [(b"\x02", 1, 0)])[0]["data"]["temperature"] == 2


def test_what_the_engine_cannot_interrupt_is_ended_by_the_clock():
    source = "function decodeUplink(i) { if (i.bytes[0]) 'a'.repeat(4e6).indexOf('a'.repeat(2e6) + 'c'); return {data: {n: 1}}; }"
    with CodecProcess(patience=1) as process:
        results = process.run(source, [(b"\x00", 1, 0), (b"\x01", 1, 0), (b"\x00", 1, 0)])
    assert [bool(r["data"]) for r in results] == [True, False, True]
    assert "did not answer in time" in results[1]["errors"][0]


def test_a_codec_that_always_ends_its_process_is_left_alone_for_a_while(monkeypatch):
    with CodecProcess(patience=20) as process:
        asked = []

        def fall(message, patience):
            asked.append(message[0])
            raise CodecProcessError("stopped: the codec process ended")

        monkeypatch.setattr(process, "_ask", fall)
        process.run(GOOD, [(bytes([n]), 1, 0) for n in range(64)])
        count = len(asked)
        assert count == 3
        assert "not run for a while" in process.run(GOOD, [(b"", 1, 0)])[0]["errors"][0]
        assert len(asked) == count


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_can_do_nothing_but_answer(process):
    process.run(GOOD, [(b"\x01", 1, 0)])
    proc = Path("/proc") / str(process.pid)
    limits = {line[:25].strip(): line[26:].split()[0] for line in (proc / "limits").read_text().splitlines()}
    assert (limits["Max file size"], limits["Max open files"], limits["Max processes"]) == ("0", "3", "0")
    assert int(limits["Max address space"]) <= 2 << 30
    assert 0 < int(limits["Max cpu time"]) < 60
    descriptors = {file.name: str(file.readlink()) for file in (proc / "fd").iterdir()}
    assert descriptors.pop("0").startswith("socket:")
    assert descriptors == {"1": "/dev/null", "2": "/dev/null"}
    environment = (proc / "environ").read_bytes().split(b"\0")
    assert [line.partition(b"=")[0] for line in environment if line] == [b"PYTHONPATH"]


def test_it_ends_with_its_owner():
    process = CodecProcess()
    process.load(GOOD)
    pid = process.pid
    del process
    gc.collect()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
