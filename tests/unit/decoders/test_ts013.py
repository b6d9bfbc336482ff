"""Codecs in every style that public repositories hold, each run as it is written."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoders.kit import DecodeError
from decoders.ts013 import Codec, reason_of
from decoders.ts013.modules import body

PAYLOAD = bytes([0x01, 0x09, 0xFF])
BODY = "return {data: {port: input.fPort, sum: input.bytes.reduce(function (a, b) { return a + b; }, 0)}};"
EXPECTED = {"data": {"port": 2, "sum": 265}, "warnings": [], "errors": []}

STYLES = {
    "script": f"function decodeUplink(input) {{ {BODY} }}",
    "variable": f"var decodeUplink = function (input) {{ {BODY} }};",
    "arrow": f"const decodeUplink = (input) => {{ {BODY} }}",
    "strict script": f"'use strict';\nfunction decodeUplink(input) {{ {BODY} }}",
    "trailing comment": f"function decodeUplink(input) {{ {BODY} }} // end",
    "byte order mark and hashbang": f"\ufeff#!/usr/bin/env node\nfunction decodeUplink(input) {{ {BODY} }}",
    "windows line ends": f"// codec\r\nfunction decodeUplink(input) {{\r\n {BODY}\r\n}}\r\n",
    "commonjs object": f"module.exports = {{ decodeUplink: function (input) {{ {BODY} }} }};",
    "commonjs names": f"function d(input) {{ {BODY} }}\nexports.decodeUplink = d;",
    "commonjs guarded": f"function decodeUplink(input) {{ {BODY} }}\nif (typeof module !== 'undefined') module.exports = {{ decodeUplink }};",
    "commonjs function": f"module.exports = function (input) {{ {BODY} }};",
    "commonjs default": f"Object.defineProperty(exports, '__esModule', {{value: true}}); exports.default = {{ decodeUplink(input) {{ {BODY} }} }};",
    "thingpark driver": f"exports.driver = {{ decodeUplink: (input) => {{ {BODY} }} }};",
    "umd": f"(function (root, factory) {{ if (typeof define === 'function') define([], factory); else factory(root); }})(this, function (e) {{ e.decodeUplink = function (input) {{ {BODY} }}; }});",
    "export function": f"export function decodeUplink(input) {{ {BODY} }}",
    "export const": f"export const decodeUplink = (input) => {{ {BODY} }};",
    "export list": f"function dec(input) {{ {BODY} }}\nexport {{ dec as decodeUplink /* the name of TS013 */ }};",
    "export default object": f"const x = /[}}/]export/; export default {{ decodeUplink(input) {{ {BODY} }} }}",
    "export default function": f"export default function decodeUplink(input) {{ {BODY} }}",
    "export default anonymous": f"export default function (input) {{ {BODY} }}",
    "export default arrow": f"export default (input) => {{ {BODY} }};",
    "words in texts": f"const s = `export ${{'import'}} }}`; const t = 'export {{'; /* export default */ export function decodeUplink(input) {{ {BODY} }}",
    "import of buffer": f"import {{ Buffer }} from 'node:buffer';\nexport function decodeUplink(input) {{ {BODY} }}",
    "class": f"class D {{ static #n = 0; run(input) {{ {BODY} }} }}\nfunction decodeUplink(input) {{ return new D().run(input); }}",
    "implicit globals": f"helper = function (input) {{ {BODY} }}; decodeUplink = function (input) {{ result = helper(input); return result; }}",
    "old The Things Network": "function Decoder(bytes, port) { return {port: port, sum: bytes[0] + bytes[1] + bytes[2]}; }",
    "old with converter": "function Decoder(bytes, port) { return {port: port, raw: bytes}; }\nfunction Converter(d, port) { return {port: port, sum: d.raw[0] + d.raw[1] + d.raw[2]}; }\nfunction Validator(c, port) { return c.sum > 0; }",
    "old ChirpStack": "function Decode(fPort, bytes, variables) { return {port: fPort, sum: bytes[0] + bytes[1] + bytes[2], n: variables.none}; }",
    "shadowed names": f"let module = 1, exports = 2, Buffer = 3; const console = 4; function decodeUplink(input) {{ {BODY} }}",
    "polyfills": f"Object.defineProperty(Object, 'assign', {{value: function (t) {{ t.port = 2; return t; }}, writable: true, configurable: true}});\nString.prototype.padStart = function () {{ return 'own'; }};\nArray.prototype.last = function () {{ return this[this.length - 1]; }};\nfunction decodeUplink(input) {{ if ([1, 2].last() !== 2 || ''.padStart(3) !== 'own') throw new Error('polyfill'); {BODY} }}",
    "own error class": f"function E(m) {{ this.message = m; }} E.prototype = new Error(); E.prototype.name = 'E'; E.prototype.toString = function () {{ return 'x'; }}; E.prototype.constructor = E;\nfunction decodeUplink(input) {{ if (new E('a').name !== 'E') throw 1; {BODY} }}",
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_style(style):
    codec = Codec(STYLES[style])
    for _ in range(3):
        assert codec.decode_uplink(PAYLOAD, 2) == EXPECTED


def test_what_a_codec_is_given():
    codec = Codec("""function decodeUplink(input) { return {data: {
        array: Array.isArray(input.bytes), date: input.recvTime instanceof Date, iso: input.recvTime.toISOString(),
        hour: input.recvTime.getUTCHours(), variables: typeof input.variables, keys: Object.keys(input).sort(),
        require: typeof require, std: typeof std, os: typeof os, timers: typeof setTimeout, fetch: typeof fetch,
        process: typeof process, base64: btoa(atob('AQID')), self: typeof globalThis }} }""")
    data = codec.decode_uplink(b"\x01", 1, datetime(2026, 6, 1, 12, 30, 15, 250_000, UTC))["data"]
    assert data.pop("iso") == "2026-06-01T12:30:15.250Z"
    assert data == {
        "array": True, "date": True, "hour": 12, "variables": "object", "base64": "AQID", "self": "object",
        "keys": ["bytes", "fPort", "recvTime", "variables"], "require": "undefined", "std": "undefined",
        "os": "undefined", "timers": "undefined", "fetch": "undefined", "process": "undefined",
    }  # fmt: skip


def test_buffer_reads_and_writes_like_nodes():
    codec = Codec("""function decodeUplink(input) { var b = Buffer.from(input.bytes); var w = Buffer.alloc(8);
        w.writeInt16BE(-2, 0); w.writeUInt32LE(0x01020304, 2); w.writeUInt8(255, 6);
        var thrown = ''; try { b.readUInt32BE(6); } catch (e) { thrown = e.name; }
        return {data: { i16: b.readInt16BE(0), u16: b.readUInt16LE(0), u24: b.readUIntBE(0, 3), i32: b.readInt32LE(4),
          i8: b.readInt8(0), f: Buffer.from('3f800000', 'hex').readFloatBE(), d: Buffer.from('000000000000f03f', 'hex').readDoubleLE(0),
          big: Number(b.readBigInt64BE(0) >> 56n), hex: b.toString('hex', 0, 2), b64: b.slice(0, 3).toString('base64'),
          utf8: Buffer.from('Grüße €😀').toString(), n: Buffer.from('ü').length, ascii: Buffer.from('Hi').toString('ascii'),
          concat: Buffer.concat([b.subarray(0, 1), Buffer.from([7])]).toString('hex'), w: w.toString('hex'), thrown: thrown,
          from64: Buffer.from('/v8=', 'base64').toString('hex'), is: Buffer.isBuffer(b), shared: (b.slice(0, 1)[0] = 9, b[0]),
          bad: Buffer.from([255, 65]).toString(), json: b.slice(0, 1) }}; }""")
    data = codec.decode_uplink(bytes.fromhex("fffe0102fcffffff"), 1)["data"]
    assert data == {
        "i16": -2, "u16": 0xFEFF, "u24": 0xFFFE01, "i32": -4, "i8": -1, "f": 1, "d": 1, "big": -1, "hex": "fffe",
        "b64": "//4B", "utf8": "Grüße €😀", "n": 2, "ascii": "Hi", "concat": "ff07", "w": "fffe04030201ff00",
        "thrown": "RangeError", "from64": "feff", "is": True, "shared": 9, "bad": "\ufffdA",
        "json": {"type": "Buffer", "data": [9]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("NaN", None), ("Infinity", None), ("-0", 0), ("undefined", None), ("new Date(0)", "1970-01-01T00:00:00.000Z"),
        ("9007199254740991n", 2**53 - 1), ("2n ** 80n", str(2**80)), ("function () {}", None), ("Symbol('x')", None),
        ("new Map([[1, 2]])", {}), ("new Uint8Array([1, 2])", {"0": 1, "1": 2}), ("[undefined, NaN]", [None, None]),
        ("new Date(NaN)", None), ("Object.create(null)", {}), ("'\\u0000\\u2028'", "\0\u2028"), ("1e400", None),
        ("[2n, NaN, new Date(0)]", [2, None, "1970-01-01T00:00:00.000Z"]), ("1e21", 1e21),
    ],
)  # fmt: skip
def test_results_are_json(value, expected):
    result = Codec(f"function decodeUplink() {{ return {{data: {{v: {value}, ok: true}}}}; }}").decode_uplink(b"", 1)
    assert result["errors"] == []
    assert result["data"]["ok"] is True
    assert result["data"].get("v") == expected
    json.dumps(result, allow_nan=False)


def test_long_results_leave_the_engine_whole():
    codec = Codec(
        "function decodeUplink(i) { console.log('a'.repeat(900) + i.fPort); return {data: {s: 'x'.repeat(99999) + 'y'}}; }"
    )
    assert codec.decode_uplink(b"", 1)["data"]["s"] == "x" * 99_999 + "y"
    assert codec.console == ("a" * 900 + "1",)


def test_cycles_end():
    result = Codec("function decodeUplink() { var a = {x: 1}; a.self = a; return {data: a}; }").decode_uplink(b"", 1)
    assert result["data"] == {"x": 1, "self": None}


@pytest.mark.parametrize(
    ("returned", "errors"),
    [
        ("{errors: ['unknown FPort']}", ["unknown FPort"]),
        ("{data: {a: 1}, errors: ['bad length']}", ["bad length"]),
        ("{data: {a: 1}, errors: 'text'}", ["text"]),
        ("{errors: [1, {a: 2}]}", ["1", '{"a": 2}']),
        ("undefined", ["the codec gave no object"]),
        ("7", ["the codec gave no object"]),
        ("{}", ["the codec gave no data"]),
    ],
)
def test_errors_mean_no_data(returned, errors):
    result = Codec(f"function decodeUplink() {{ return {returned}; }}").decode_uplink(b"\x01", 1)
    assert (result["data"], result["errors"]) == (None, errors)


@pytest.mark.parametrize(
    ("thrown", "words"),
    [("new Error('kaputt')", "Error: kaputt"), ("'text'", "text"), ("{toString() { throw 1; }}", "an error without words"),
     ("null.x", "TypeError"), ("new Proxy({}, {get() { throw 1; }})", "an error without words"), ("undefined", "undefined")],
)  # fmt: skip
def test_what_is_thrown_becomes_an_error(thrown, words):
    codec = Codec(f"function decodeUplink() {{ throw {thrown}; }}")
    assert codec.decode_uplink(b"", 1)["errors"][0].startswith(words)


def test_warnings_and_console_are_kept():
    codec = Codec(
        "function decodeUplink(i) { console.log('n', i.bytes, {a: 1}); console.warn(1n); return {data: {}, warnings: ['w', 'x']}; }"
    )
    assert codec.decode_uplink(b"\x05", 1) == {"data": {}, "warnings": ["w", "x"], "errors": []}
    assert codec.console == ('n [5] {"a":1}', "1")
    talker = Codec(
        "function decodeUplink() { for (var i = 0; i < 5000; i++) console.log('x'.repeat(5000)); return {data: {}}; }"
    )
    talker.decode_uplink(b"", 1)
    assert len(talker.console) == 100
    assert max(map(len, talker.console)) == 1000


def test_the_other_functions():
    codec = Codec("""
        function decodeUplink(i) { return {data: {t: i.bytes[0]}}; }
        function normalizeUplink(i) { return {data: {air: {temperature: i.data.t}}, warnings: ['n']}; }
        function encodeDownlink(i) { return {bytes: [i.data.interval >> 8, i.data.interval & 255], fPort: 2}; }
        function decodeDownlink(i) { return {data: {interval: i.bytes[0] << 8 | i.bytes[1], port: i.fPort}}; }""")
    assert codec.offers == ("decodeUplink", "normalizeUplink", "encodeDownlink", "decodeDownlink")
    assert codec.normalize_uplink({"t": 3}) == {"data": {"air": {"temperature": 3}}, "warnings": ["n"], "errors": []}
    assert codec.encode_downlink({"interval": 600}) == {
        "data": None, "warnings": [], "errors": [], "bytes": [2, 88], "fPort": 2}  # fmt: skip
    assert codec.decode_downlink(b"\x02\x58", 2)["data"] == {"interval": 600, "port": 2}
    only = Codec("function decodeUplink() { return {data: {}}; }")
    assert only.encode_downlink({})["errors"] == ["the codec has no encodeDownlink"]
    assert Codec("function Encoder(o, port) { return [o.n, port]; }").encode_downlink({"n": 3})["bytes"] == [3, 1]
    wrong = Codec("function encodeDownlink() { return {bytes: [300], fPort: 1}; }")
    assert wrong.encode_downlink({})["errors"] == ["the codec gave no bytes"]


@pytest.mark.parametrize(
    "state",
    [
        "var n = 0; function decodeUplink() { return {data: {n: ++n}}; }",
        "let n = 0; export function decodeUplink() { return {data: {n: ++n}}; }",
        "function decodeUplink() { n = (typeof n === 'undefined' ? 0 : n) + 1; return {data: {n: n}}; }",
        "function decodeUplink() { this.n = (this.n || 0) + 1; return {data: {n: this.n}}; }",
        "function decodeUplink() { decodeUplink.n = (decodeUplink.n || 0) + 1; return {data: {n: decodeUplink.n}}; }",
        "function decodeUplink() { Array.prototype.n = ([].n || 0) + 1; return {data: {n: [].n || 1}}; }",
        "function decodeUplink() { Math.n = (Math.n || 0) + 1; return {data: {n: Math.n || 1}}; }",
        "function decodeUplink() { console.n = (console.n || 0) + 1; return {data: {n: console.n || 1}}; }",
        "function decodeUplink() { Buffer.prototype.n = (Buffer.prototype.n || 0) + 1; return {data: {n: Buffer.prototype.n || 1}}; }",
        "var table = {n: 0}; module.exports = {decodeUplink: function () { return {data: {n: ++table.n}}; }};",
        "Array.prototype.n = 0; function decodeUplink() { Array.prototype.n++; return {data: {n: [].n}}; }",
        "function decodeUplink() { (0, eval)('var n = (typeof n === \"undefined\" ? 0 : n) + 1'); return {data: {n: n}}; }",
        "function decodeUplink(i) { var p = Object.getPrototypeOf(function* () {}); try { p.n = (p.n || 0) + 1; } catch (e) {} return {data: {n: p.n || 1}}; }",
        "function decodeUplink() { try { Object.setPrototypeOf(globalThis, {n: 1}); } catch (e) {} var r = typeof n === 'undefined' ? 1 : 2; return {data: {n: r}}; }",
        "function decodeUplink() { var r = typeof n === 'undefined' ? 1 : 2; try { Object.defineProperty(globalThis, 'n', {value: 1}); } catch (e) {} return {data: {n: r}}; }",
        "function decodeUplink() { var r = typeof n === 'undefined' ? 1 : 2; globalThis.__defineGetter__ && globalThis.__defineGetter__('n', () => 1); return {data: {n: r}}; }",
        "function decodeUplink() { var r = typeof n === 'undefined' ? 1 : 2; n = 1; throw r; }",
    ],
)
def test_nothing_is_carried_from_call_to_call(state):
    codec = Codec(state)
    first = codec.decode_uplink(b"", 1)
    assert first == codec.decode_uplink(b"", 1) == codec.decode_uplink(b"", 1)


@pytest.mark.parametrize(
    "source",
    [
        "Object.defineProperty(Math, 'half', {value: function (x) { return x / 2; }}); function decodeUplink(i) { return {data: {v: Math.half(i.bytes[0]), n: Math.n = (Math.n || 0) + 1}}; }",
        "Object.freeze(Array.prototype); function decodeUplink(i) { return {data: {v: i.bytes[0] / 2, n: Math.n = (Math.n || 0) + 1}}; }",
        "function decodeUplink(i) { Object.defineProperty(Number.prototype, 'half', {get: function () { return this / 2; }}); return {data: {v: i.bytes[0].half, n: Math.n = (Math.n || 0) + 1}}; }",
        "'use strict'; function decodeUplink(i) { Number.prototype.half = function () { return this / 2; }; return {data: {v: i.bytes[0].half(), n: 1}}; }",
        "function decodeUplink(i) { Number.prototype.half = function () { return this / 2; }; return {data: {v: i.bytes[0].half(), n: 1}}; }",
    ],
)
def test_a_codec_that_changes_the_language_works_and_starts_anew_each_time(source):
    codec = Codec(source)
    for _ in range(3):
        assert codec.decode_uplink(b"\x08", 1)["data"] == {"v": 4, "n": 1}


def test_a_plain_type_error_is_no_reason_for_a_new_engine_each_time():
    codec = Codec("function decodeUplink(i) { return {data: {v: i.bytes[1].x.y}}; }")
    for _ in range(6):
        assert "TypeError" in codec.decode_uplink(b"\x08", 1)["errors"][0]
    assert codec._once is False


def test_codecs_do_not_see_each_other():
    Codec("leak = 1; Array.prototype.leak = 1; function decodeUplink() { return {data: {}}; }").decode_uplink(b"", 1)
    other = Codec("function decodeUplink() { return {data: {a: typeof leak, b: typeof [].leak}}; }")
    assert other.decode_uplink(b"", 1)["data"] == {"a": "undefined", "b": "undefined"}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "no decodeUplink"), ("var x = 1;", "no decodeUplink"), ("function decodeUplink( {", "SyntaxError"),
        ("import x from './y.js'; export function decodeUplink() {}", "imports other modules"),
        ("export * from './y.js';", "exports from other modules"), ("export { a } from './y.js';", "exports from other"),
        ("throw new Error('top');", "Error: top"), ("a\0b", "zero byte"), ("// \ud800", "not valid text"),
        ("1;})}); globalThis.x = 1; (function () { return (function () {", "SyntaxError"),
    ],
)  # fmt: skip
def test_what_is_no_codec_is_refused(source, words):
    with pytest.raises(DecodeError, match=words) as error:
        Codec(source)
    assert error.value.reason == "unsupported"


@pytest.mark.parametrize(
    ("said", "reason"),
    [("Unknown FPort", "port"), ("invalid payload length", "length"), ("CRC mismatch", "checksum"), ("?", "value"),
     ("unknown message type", "header")],
)  # fmt: skip
def test_words_of_a_codec_become_a_reason(said, reason):
    assert reason_of([said]) == reason


@given(st.text(max_size=200))
def test_taking_exports_off_never_fails_otherwise(source):
    for text in (source, f"export {source}", f"x = 1; export default {source}", f"`{source}` export"):
        with suppress(DecodeError):
            body(text)
