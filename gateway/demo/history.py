"""The past of the demo city, computed in a process of its own: `python -m gateway.demo.history BEGUN DAYS START STOP`.

Writes frames to stdout: four bytes of length, then MessagePack of (Unix time up to which it reaches, messages). Whoever
reads slowly makes it wait.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import msgspec

from gateway.demo.city import City
from gateway.demo.messages import Post
from gateway.demo.weather import HOUR
from gateway.model import SECOND_NS, Received

WINDOW = 3 * HOUR
Frame = tuple[float, list[Received]]
_decoder = msgspec.msgpack.Decoder(Frame)


def frames(city: City, start: float, stop: float) -> Iterator[Frame]:
    """What arrives in `[start, stop)`, a few hours at a time."""
    post = Post(city)
    while start < stop:
        until = min(start + WINDOW, stop)
        yield (
            until,
            [
                Received(source, topic, body, round(at * SECOND_NS))
                for at, source, topic, body in post.between(start, until)
            ],
        )
        start = until


def read_frame(data: bytes) -> Frame:
    """A frame without its length."""
    frame: Frame = _decoder.decode(data)
    return frame


def main(arguments: list[str]) -> None:
    """Write all frames."""
    begun, days, start, stop = map(float, arguments)
    out = sys.stdout.buffer
    try:
        for frame in frames(City(begun, days), start, stop):
            data = msgspec.msgpack.encode(frame)
            out.write(len(data).to_bytes(4, "big") + data)
            out.flush()
    except BrokenPipeError:  # the gateway is gone
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
