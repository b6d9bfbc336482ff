"""One vendor codec in an engine of its own, with limits."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import quickjs  # type: ignore[import-untyped]  # it comes without types

from decoders.kit import DecodeError
from decoders.kit.readings import ErrorReason
from decoders.ts013.modules import body

MAX_SOURCE = 4 << 20
MAX_BYTES = 4096
_MAX_MESSAGES, _MAX_MESSAGE = 100, 500
_LOAD_FACTOR = 20
_SECOND_LOOKS = 3
_CHANGES = "changes the language itself"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_NAMES = (
    "decodeUplink", "normalizeUplink", "encodeDownlink", "decodeDownlink",
    "Decode", "Decoder", "Converter", "Validator", "Encode", "Encoder",
)  # fmt: skip
_TAIL = ",".join(f"typeof {name}==='function'?{name}:void 0" for name in _NAMES)
_HEAD = "(function(module,exports){return(function(){"
_STRICT = "'use strict';"
_FOOT = f"\n;return[{_TAIL}]}})()}})"
_REASONS: tuple[tuple[ErrorReason, re.Pattern[str]], ...] = (
    ("port", re.compile(r"\bf?port\b", re.IGNORECASE)),
    ("length", re.compile(r"\blength\b|\btoo (?:short|long)\b|\bbytes?\b", re.IGNORECASE)),
    ("checksum", re.compile(r"\bcrc\b|checksum", re.IGNORECASE)),
    ("header", re.compile(r"\bheader\b|\bunknown (?:frame|message|type|channel)|\bversion\b", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call may use.

    Attributes:
        cpu: s of processor time, not of wall clock: a busy machine does not stop a codec that works. Loading the
            source may take twenty times as much.
        memory: bytes, for engine, source and data together.
        stack: bytes.
        output: characters of the result as JSON.
    """

    cpu: float = 0.1
    memory: int = 64 << 20
    stack: int = 2 << 20
    output: int = 256 << 10


def reason_of(errors: Sequence[str]) -> ErrorReason:
    """Which of the closed set a codec's own words mean."""
    for reason, words in _REASONS:
        if any(words.search(error) for error in errors):
            return reason
    return "value"


@cache
def _script(name: str) -> str:
    return files("decoders.ts013").joinpath(name).read_text(encoding="utf-8")


class _Stopped(Exception):  # noqa: N818 - no error to anyone outside: it becomes words in `errors`
    """The engine ended a call; its context is not used again."""


class Codec:
    """A codec after TS013, or one of the older forms. No state is carried from one call to the next.

    The language itself is frozen between calls. A codec that changes it in ways that cannot be undone gets a new engine
    for each call, which is a thousand times slower.

    Not thread-safe: one object belongs to one thread. Functions of the language that the engine cannot interrupt are
    stopped from outside, by the limits of the process this runs in (`gateway.codecs`).

    Attributes:
        offers: which of decodeUplink, normalizeUplink, encodeDownlink and decodeDownlink there are.
        console: what the last call printed, 100 lines at most.
    """

    def __init__(self, source: str, *, limits: Limits | None = None) -> None:
        """Read the source of a codec: script, CommonJS or ES module.

        Raises:
            DecodeError: it is no codec, or it does not end within the limits.
        """
        if len(source) > MAX_SOURCE:
            raise DecodeError("unsupported", f"the source has {len(source)} characters; {MAX_SOURCE} are taken")
        self._limits = limits or Limits()
        self._text = self._function(source)
        self._context: quickjs.Context | None = None
        self._call: Any = None
        self._once = False
        self._second_looks = _SECOND_LOOKS
        self.console: tuple[str, ...] = ()
        try:
            try:
                call = self._start()
            except _Stopped as error:
                if _CHANGES not in str(error):
                    raise
                self._once = True
                call = self._start()
        except _Stopped as error:
            raise DecodeError("unsupported", str(error)) from error
        self.offers = tuple(json.loads(call("?", "", 0, 0.0)))
        if not self.offers:
            raise DecodeError("unsupported", "there is no decodeUplink, Decode or Decoder in it")

    @staticmethod
    def _function(source: str) -> str:
        source = source.removeprefix("\ufeff")
        if source.startswith("#!"):
            source = "//" + source
        try:
            source.encode()
        except UnicodeEncodeError as error:
            raise DecodeError("unsupported", f"the source is not valid text: {error.reason}") from error
        if "\0" in source:
            raise DecodeError("unsupported", "the source is not text: it holds a zero byte")
        text, strict = body(source)
        return f"{_HEAD}{_STRICT if strict else ''}{text}{_FOOT}"

    def _start(self) -> Any:
        """A fresh engine with the codec in it."""
        limits = self._limits
        context = quickjs.Context()
        context.set_memory_limit(limits.memory)
        context.set_max_stack_size(limits.stack)
        context.set_time_limit(limits.cpu * _LOAD_FACTOR)
        try:
            context.eval(f"[{self._text}]")  # unlike brackets around it: a source that closes them is found out
            make = context.eval(self._text)
            world = context.eval(_script("realm.js"))
            begin = world(context.globalThis, context.eval(_script("buffer.js")))
            names = context.parse_json(json.dumps(_NAMES))
            call = begin(make, names, limits.output, self._once)
        except (quickjs.JSException, UnicodeDecodeError, TypeError) as error:
            raise _Stopped(_words(error)) from error
        context.set_time_limit(limits.cpu)
        self._context, self._call = context, call
        return call

    def decode_uplink(self, payload: bytes, f_port: int, recv_time: datetime | None = None) -> dict[str, Any]:
        """What the codec says of an uplink.

        Args:
            payload: the bytes.
            f_port: 0 to 255.
            recv_time: timezone-aware; absent: the beginning of 1970.

        Returns:
            {"data": JSON-like or None, "warnings": [str], "errors": [str]}; data is None when there are errors. What a
            codec throws, and limits that it runs into, are errors too.
        """
        if "decodeUplink" not in self.offers:
            return _failure("the codec does not decode uplinks")
        if len(payload) > MAX_BYTES:
            return _failure(f"the payload has {len(payload)} bytes; {MAX_BYTES} are taken")
        at = 0.0 if recv_time is None else float((recv_time - _EPOCH) // _MILLISECOND)  # an int has 32 bits there
        return self._answer("", repr(list(payload)), f_port, at)

    def normalize_uplink(self, data: Any) -> dict[str, Any]:
        """What the codec makes of its own data: {"data": measurement or list of them, "warnings", "errors"}."""
        return self._by_name("normalizeUplink", {"data": data})

    def encode_downlink(self, data: Any) -> dict[str, Any]:
        """{"bytes": [int], "fPort": int, "warnings", "errors"}."""
        return self._bytes(self._by_name("encodeDownlink", {"data": data}))

    def decode_downlink(self, payload: bytes, f_port: int) -> dict[str, Any]:
        """What a downlink says: {"data", "warnings", "errors"}."""
        return self._by_name("decodeDownlink", {"bytes": list(payload), "fPort": f_port})

    def _by_name(self, name: str, argument: dict[str, Any]) -> dict[str, Any]:
        if name not in self.offers:
            return _failure(f"the codec has no {name}")
        try:
            text = json.dumps(argument)
        except (TypeError, ValueError, RecursionError) as error:
            return _failure(f"{name} cannot take this: {error}")
        return self._answer(name, text, 0, 0.0)

    @staticmethod
    def _bytes(result: dict[str, Any]) -> dict[str, Any]:
        payload = result.get("bytes")
        if result["errors"]:
            result["bytes"] = []
        elif not isinstance(payload, list) or not all(type(b) in (int, float) and 0 <= b <= 255 for b in payload):
            result |= {"bytes": [], "errors": ["the codec gave no bytes"]}
        else:
            result["bytes"] = [int(b) for b in payload]
        return result

    def _answer(self, name: str, text: str, port: int, at: float) -> dict[str, Any]:
        result = self._ask(name, text, port, at)
        if self._once:
            self._context = self._call = None
        elif self._second_looks and result["errors"] and result["errors"][0].startswith("TypeError"):
            self._second_looks -= 1  # it may have tried to change the language, which is frozen
            self._once, self._context = True, None
            second = self._ask(name, text, port, at)
            self._once, self._context = not second["errors"], None
            return second if self._once else result
        return result

    def _ask(self, name: str, text: str, port: int, at: float) -> dict[str, Any]:
        self.console = ()
        try:
            if self._context is None:
                self._start()
            answer = self._call(name, text, port, at)
        except _Stopped as error:
            return self._drop(str(error))
        except (quickjs.JSException, UnicodeDecodeError, MemoryError) as error:
            return self._drop(_words(error))
        kind, rest = answer[0], answer[1:]
        if kind == "P":
            return self._drop("the codec answers with a Promise; it has to answer at once")
        if kind == "L":
            return self._drop(f"the result is longer than {self._limits.output} characters")
        if "\n" in rest:
            rest, _, lines = rest.partition("\n")
            self.console = tuple(json.loads(lines))
        try:
            result = json.loads(rest)
        except RecursionError:
            return _failure("the result is nested too deeply")
        if kind == "R":
            return _outcome(name, result)
        words = _words(result)
        return self._drop(words) if kind == "I" or words.startswith(_STOPPED) else _failure(words)

    def _drop(self, words: str) -> dict[str, Any]:
        """After a call that did not end by itself nothing of its world is trusted."""
        self._context = self._call = None
        return _failure(words)


def _failure(words: str) -> dict[str, Any]:
    return {"data": None, "warnings": [], "errors": [words[:_MAX_MESSAGE]]}


_STOPPED = "stopped: "


def _words(error: object) -> str:
    """What the engine says, in words of ours where it speaks of a limit."""
    text = _clean(str(error).partition("\n")[0])
    if "interrupted" in text:
        return f"{_STOPPED}the codec uses too much processor time"
    if "out of memory" in text or "string too long" in text:
        return f"{_STOPPED}the codec uses too much memory"
    if "call stack size" in text or "stack overflow" in text:
        return f"{_STOPPED}the codec calls itself too deeply"
    return text or "the codec cannot be run"


def _messages(value: Any) -> list[str]:
    if value is None or value == "" or value is False:
        return []
    items = value if isinstance(value, list) else [value]
    return [_clean(i if isinstance(i, str) else json.dumps(i))[:_MAX_MESSAGE] for i in items[:_MAX_MESSAGES]]


def _clean(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _outcome(name: str, result: Any) -> dict[str, Any]:
    """The result of a codec in its promised form, whatever it gave."""
    if not isinstance(result, dict):
        return _failure("the codec gave no object")
    errors = _messages(result.get("errors"))
    out = {"data": None, "warnings": _messages(result.get("warnings")), "errors": errors}
    if name == "encodeDownlink":
        return out | {"bytes": result.get("bytes"), "fPort": result.get("fPort")}
    if not errors:
        out["data"] = result.get("data")
        if out["data"] is None:
            out["errors"] = ["the codec gave no data"]
    return out
