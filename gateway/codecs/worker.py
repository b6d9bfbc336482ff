"""The process that runs vendors' codecs: `python -m gateway.codecs.worker`, started by `gateway.codecs.process`.

It has one socket (descriptor 0) and nothing else: no other descriptor, no file to open or write, no environment, no
network, no child. Each message is four bytes of length (big-endian) and MessagePack:

    ["load", key, source]                       → ["ok", [offers]] | ["error", words]
    ["run", key, [[payload, port, ms], ...]]    → ["ok", [result, ...]]     None: no such codec here, load it first

A result is {"data", "normalized", "warnings", "errors"}.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import sys
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from decoders.kit import DecodeError
from decoders.ts013 import Codec

MAX_MESSAGE = 64 << 20
MAX_CODECS = 64
ADDRESS_SPACE = 2 << 30
CPU_SECONDS = 20
"""s of processor time for one message, ended by the system."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
_TRIAL = "function decodeUplink() { return {data: {}}; }"


def confine() -> None:
    """Give up everything that is not needed. What the system does not allow to give up is limited otherwise."""
    Codec(_TRIAL).decode_uplink(b"", 1)  # whatever has to be read from files is read now
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if libc.unshare(_CLONE_NEWNET) != 0:  # root needs no name space of users for this
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        libc.prctl(_PR_SET_DUMPABLE, 0)
    os.chdir("/")
    os.closerange(3, 65536)
    limits = (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),
    )
    for what, most in limits:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def _renew_cpu() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _read_exactly(size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = os.read(0, min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(0, view) :]


def _one(codec: Codec, payload: bytes, port: int, ms: int) -> dict[str, Any]:
    result = codec.decode_uplink(payload, port, _EPOCH + timedelta(milliseconds=ms))
    result["normalized"] = None
    if result["data"] is not None and "normalizeUplink" in codec.offers:
        normalized = codec.normalize_uplink(result["data"])
        result["normalized"] = normalized["data"]
        result["warnings"] += normalized["warnings"] + [f"normalizeUplink: {error}" for error in normalized["errors"]]
    return result


def serve() -> None:
    """Answer until the socket is closed."""
    codecs: OrderedDict[str, Codec] = OrderedDict()
    decode, encode = msgspec.msgpack.Decoder().decode, msgspec.msgpack.Encoder().encode
    while True:
        try:
            size = int.from_bytes(_read_exactly(4), "big")
            message = decode(_read_exactly(size))
        except EOFError:
            return
        _renew_cpu()
        answer: Any
        if message[0] == "load":
            _, key, source = message
            try:
                codecs[key] = Codec(source)
                answer = ["ok", list(codecs[key].offers)]
            except DecodeError as error:
                answer = ["error", error.detail]
            if len(codecs) > MAX_CODECS:
                codecs.popitem(last=False)
        else:
            _, key, items = message
            codec = codecs.get(key)
            if codec is None:
                answer = None
            else:
                codecs.move_to_end(key)
                answer = ["ok", [_one(codec, payload, port, ms) for payload, port, ms in items]]
        try:
            packed = encode(answer)
        except (OverflowError, msgspec.MsgspecError, UnicodeEncodeError, RecursionError) as error:
            packed = encode(["error", f"the result cannot be written: {type(error).__name__}"])
        _write(len(packed).to_bytes(4, "big") + packed)


if __name__ == "__main__":
    confine()
    serve()
