"""Codecs that misbehave: each call ends, soon, with words, and the next codec and the next call are not touched."""

import json
import resource
import time

import pytest

from decoders.kit import DecodeError
from decoders.ts013 import Codec, Limits

TIME, MEMORY, DEEP = "processor time", "too much memory", "too deeply"
LIMITS = Limits(cpu=0.05, memory=24 << 20)
HOSTILE = {
    "endless loop": ("while (true) {}", TIME),
    "loop that catches": ("for (;;) { try { while (true) {} } catch (e) {} finally { continue; } }", TIME),
    "array of 10 GB": ("var a = []; while (true) a.push(new Array(1e6).fill(7))", MEMORY),
    "text out of an empty array": ("return {data: new Array(4e9).join('xxxxxxxxxx')}", "an array of more than"),
    "empty array as text": ("return {data: '' + new Array(4e9)}", "an array of more than"),
    "empty array sorted": ("new Array(4e9).sort()", "an array of more than"),
    "empty array copied": ("new Array(4e9).slice(0)", "an array of more than"),
    "empty array appended": ("[1].concat(new Array(4e9))", "an array of more than"),
    "what is like an array": ("Array.prototype.reverse.call({length: 2 ** 53 - 1})", "an array of more than"),
    "empty array filled": ("new Array(4e9).fill(0)", f"{MEMORY}|{TIME}"),
    "text of 10 GB": ("var s = 'x'; while (true) s += s", MEMORY),
    "typed array of 10 GB": ("return {data: new Uint8Array(1e10)}", "invalid array buffer length"),
    "endless strings": ("var a = []; while (true) a.push('x'.repeat(1e5) + a.length)", MEMORY),
    "regular expression": ("/^(a+)+$/.test('a'.repeat(50) + 'b')", TIME),
    "endless recursion": ("(function f() { f(); })()", DEEP),
    "mutual recursion by getters": ("var o = {get a() { return this.a; }}; o.a", DEEP),
    "array search": ("Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)", TIME),
    "big integer": ("2n ** (2n ** 40n)", "too large"),
    "slow big integer": ("var n = 3n; while (true) n = n * n", "too large|processor time"),
    "sort that never agrees": ("var a = Array.from({length: 1e5}, (_, i) => i); for (;;) a.sort(() => Math.random() - .5)", TIME),
    "endless getter": ("return {data: {get x() { while (true) {} }}}", TIME),
    "endless toJSON": ("return {data: {toJSON() { while (true) {} }}}", TIME),
    "toJSON of its own kind": ("return {data: {toJSON() { return {a: {toJSON: this.toJSON}}; }}}", DEEP),
    "Proxy without end": ("return {data: new Proxy({}, {ownKeys() { return Array.from({length: 1e6}, (_, i) => 'k' + i); }, getOwnPropertyDescriptor() { return {value: 1, enumerable: true, configurable: true}; }})}", f"{TIME}|{MEMORY}|longer than"),
    "Proxy in Proxy": ("var h = {get(t, k) { return k === 'toJSON' ? undefined : new Proxy({a: 1}, h); }}; return {data: new Proxy({a: 1}, h)}", f"{DEEP}|{TIME}|{MEMORY}"),
    "toPrimitive": ("return {data: 1 + {[Symbol.toPrimitive]() { while (true) {} }}}", TIME),
    "Promise": ("return Promise.resolve({data: {}})", "Promise"),
    "generator": ("return (function* () { yield 1; })().toArray().concat([...(function* () { for (;;) yield 1; })()])", f"{TIME}|{MEMORY}"),
    "long result": ("return {data: {s: 'x'.repeat(1e6)}}", "longer than"),
    "nested result": ("var o = {}, p = o; for (var i = 0; i < 1e5; i++) p = p.a = {}; return {data: o}", DEEP),
    "throws a trap": ("throw new Proxy(function () {}, {get() { while (true) {} }})", TIME),
    "prototype of everything": ("Object.prototype.toJSON = function () { return 1; }; Object.defineProperty(Array.prototype, 'map', {value: 1})", "no object|TypeError"),
    "own JSON": ("JSON = {stringify: function () { return 'own'; }}; String = Date = Array = null; return 5", "no object"),
    "endless proxies as prototype": ("Object.setPrototypeOf(Object.prototype, new Proxy({}, {}))", "TypeError"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_codec_is_contained(name):
    code, words = HOSTILE[name]
    codec = Codec(
        f"function decodeUplink(input) {{ if (input.bytes[0]) {{ {code} }} return {{data: {{ok: 1}}}}; }}",
        limits=LIMITS,
    )
    for _ in range(2):
        begin = time.process_time()
        result = codec.decode_uplink(b"\x01", 1)
        assert time.process_time() - begin < 2
        assert result["data"] is None
        assert len(result["errors"]) == 1
        assert any(part in result["errors"][0] for part in words.split("|")), result
        json.dumps(result, allow_nan=False).encode()
        assert codec.decode_uplink(b"\x00", 1) == {"data": {"ok": 1}, "warnings": [], "errors": []}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("while (true) {}", TIME),
        ("var a = []; while (true) a.push(new Array(1e5).fill(1))", MEMORY),
        ("(function f() { f(); })()", DEEP),
    ],
)
def test_hostile_source_is_refused(source, words):
    begin = time.process_time()
    with pytest.raises(DecodeError, match=words):
        Codec(source, limits=LIMITS)
    assert time.process_time() - begin < 5


def test_async_codec_is_told_that_it_cannot_be():
    codec = Codec("async function decodeUplink() { for (;;) await null; }", limits=LIMITS)
    assert "Promise" in codec.decode_uplink(b"", 1)["errors"][0]


def test_jobs_left_behind_do_not_run_in_the_next_call():
    codec = Codec(
        "function decodeUplink() { var r = typeof late; Promise.resolve().then(function () { late = 1; }); return {data: {r: r}}; }"
    )
    assert [codec.decode_uplink(b"", 1)["data"]["r"] for _ in range(3)] == ["undefined"] * 3


def test_a_source_of_one_megabyte():
    filler = "\n".join(f"var name_{i} = {{a: [{i}, 2, 3], b: 'text {i}'}};" for i in range(21_000))
    source = f"{filler}\nfunction decodeUplink(i) {{ return {{data: name_20000}}; }}"
    assert len(source) > 1_000_000
    assert Codec(source).decode_uplink(b"", 1)["data"] == {"a": [20_000, 2, 3], "b": "text 20000"}
    with pytest.raises(DecodeError, match="characters"):
        Codec("//" + "x" * (4 << 20))


def test_memory_stays_where_it_is():
    codec = Codec(
        "keep = []; function decodeUplink(i) { for (var n = 0; n < 50; n++) keep.push({n: n, s: 'x' + n}); kept = keep; return {data: {n: keep.length}}; }"
    )
    for _ in range(500):
        codec.decode_uplink(b"", 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(3000):
        assert codec.decode_uplink(b"", 1)["data"] == {"n": 50}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_arguments_of_any_kind():
    codec = Codec(
        "function decodeUplink(i) { return {data: i.bytes.length}; } function encodeDownlink(i) { return {bytes: [], fPort: 1}; }"
    )
    assert codec.decode_uplink(bytes(4096), 1)["data"] == 4096
    assert "bytes" in codec.decode_uplink(bytes(4097), 1)["errors"][0]
    assert "cannot take this" in codec.encode_downlink({"a": object()})["errors"][0]
