"""What all Adeunis sensors share: fPort 1, a frame code, a status byte, big-endian numbers, maybe the time at the end.

    CC SS DD.. [TTTTTTTT]

- C: frame code
- S: bits 7..5 count frames, bit 3 contradictory settings, bit 2 the time follows at the end, bit 1 battery low,
  bit 0 settings changed
- T: s since 2013-01-01T00:00Z

Periodic frames hold the newest sample first. How far the samples are apart is a setting of the device that no data
frame says: the plain decoder of a model takes an hour, its variant 10 minutes.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/adeunis), facts only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from decoders.kit import (
    SECOND_NS,
    AnyField,
    DecodeError,
    Decoder,
    EncodeError,
    Frame,
    Function,
    Layout,
    Reading,
    Readings,
    Repeat,
    Values,
    When,
    flag,
    u16,
    u32,
)

EPOCH_S = 1_356_998_400
PERIODS = {"": 3600, "-10min": 600}

BATTERY = flag(1, 1, "battery_low")
CONTRADICTION = flag(1, 3, "fault", channel="configuration")
STATUS = (BATTERY, CONTRADICTION)
SETTINGS = (0x10, 0x11, 0x12, 0x13, 0x14, 0x1F, 0x20, 0x2F, 0x31, 0x33, 0x36, 0x37)
_STAMPED = 0x04
_MOST = 243


def code(value: int | tuple[int, ...]) -> When:
    """The frame code."""
    return When(at=0, equals=value)


def frame(codes: int | tuple[int, ...], length: int, *fields: AnyField, when: tuple[When, ...] = ()) -> Frame:
    """A frame that says everything once."""
    return Frame(ports=1, length=length, when=(code(codes), *when), fields=fields)


def periodic(
    codes: int | tuple[int, ...],
    size: int,
    group: tuple[AnyField, ...],
    *head: AnyField,
    period: int,
    start: int = 2,
    when: tuple[When, ...] = (),
) -> tuple[Frame, ...]:
    """A frame with one sample, and one with several: `size` bytes each from byte `start` on, the newest first."""
    conditions = (code(codes), *when)
    return (
        Frame(
            ports=1,
            length=start + size,
            when=conditions,
            fields=head,
            repeat=Repeat(start=start, size=size, fields=group),
        ),
        Frame(
            ports=1,
            length=range(start + 2 * size, _MOST, size),
            when=conditions,
            fields=head,
            repeat=Repeat(start=start, size=size, fields=group, interval=-period),
            note=f"the samples carry no times: taken as {period} s apart",
        ),
    )


def contacts(*status: AnyField) -> tuple[Frame, ...]:
    """The two digital inputs that most models have: state, state in the last frame, counter, counts since then."""
    return tuple(
        frame(
            0x50 + number,
            9,
            *status,
            flag(2, 0, "digital_input", channel=f"{number}"),
            flag(2, 1, "digital_input", channel=f"{number}_previous"),
            u32(3, "pulse_count", "1", channel=f"{number}"),
            u16(7, "pulse_increment", "1", channel=f"{number}"),
        )
        for number in (1, 2)
    )


def silent(*status: AnyField, codes: Iterable[int] = ()) -> tuple[Frame, ...]:
    """Frames on settings and versions, and others that say no more than the status."""
    says = "settings, versions or an answer to a downlink"
    return (
        Frame(ports=1, length=range(3, _MOST), when=(code(SETTINGS),), fields=status, note=says),
        *(Frame(ports=1, length=2, when=(code(one),), fields=status) for one in codes),
    )


def _stamped(layouts: tuple[Layout, ...]) -> Function:
    """The same frames with the time at their end."""

    def timed(found: Readings, time: int) -> Iterator[Reading]:
        for reading in found.readings:
            yield reading._replace(time=time + round(reading.time_offset * SECOND_NS), time_offset=0.0)

    def read(payload: bytes, port: int) -> Readings:
        plain = bytes((payload[0], payload[1] & ~_STAMPED)) + payload[2:-4]
        time = (EPOCH_S + int.from_bytes(payload[-4:], "big")) * SECOND_NS
        fitting = False
        for layout in layouts:
            if layout.fits(len(plain)):
                fitting = True
                if layout.matches(plain):
                    found = layout.decode(plain, port)
                    return Readings(tuple(timed(found, time)), found.warnings)
        reason = "no frame of this code has this length" if fitting else "no frame has this length"
        raise DecodeError("length", reason)

    def write(values: Values, port: int) -> bytes:
        found = () if isinstance(values, Mapping) else tuple(values)
        times = [reading.time for reading in found if reading.time is not None]
        if not times or len(times) != len(found) or max(times) % SECOND_NS:
            raise EncodeError("not all values have a time")
        seconds, last = max(times) // SECOND_NS - EPOCH_S, max(times)
        plain = [
            reading._replace(time=None, time_offset=(time - last) / SECOND_NS)
            for reading, time in zip(found, times, strict=True)
        ]
        wanted = sorted((reading.quantity, reading.channel) for reading in plain)
        for layout in layouts:
            try:
                data = layout.encode(plain, port)
                said = sorted((r.quantity, r.channel) for r in layout.decode(data, port).readings)
            except (EncodeError, DecodeError):
                continue
            if said == wanted and data[0] not in SETTINGS:
                return bytes((data[0], data[1] | _STAMPED)) + data[2:] + seconds.to_bytes(4, "big")
        raise EncodeError("no frame says this with a time")

    meanings = tuple(meaning for layout in layouts for meaning in layout.meanings())
    return Function(
        read,
        write=write,
        ports=1,
        length=range(6, _MOST + 4),
        quantities=meanings,
        when=lambda payload: bool(payload[1] & _STAMPED) and payload[0] not in SETTINGS,
        missing=any(layout.sentinels() for layout in layouts),
    )


def _refuse(layouts: tuple[Layout, ...]) -> Function:
    """Frames of a known code that have none of its lengths."""
    codes: set[int] = set()
    for layout in layouts:
        if isinstance(layout, Frame) and isinstance(layout.when, tuple):
            known = layout.when[0].equals
            codes.update((known,) if isinstance(known, int) else known)

    def read(payload: bytes, port: int) -> Readings:  # noqa: ARG001 - one signature for all functions
        raise DecodeError("length", f"frame {payload[0]:02x} has not {len(payload)} bytes")

    return Function(read, ports=1, when=lambda payload: payload[0] in codes)


def adeunis(
    model: str,
    name: str,
    layouts: Callable[[int], tuple[Layout, ...]],
    ttn: Iterable[str],
    *,
    clock: bool = True,
    periods: bool = True,
) -> tuple[Decoder, ...]:
    """The decoders of one model, one for each period; only the plain one bears the names of other catalogues."""
    made = []
    for suffix, period in PERIODS.items() if periods else (("", 3600),):
        plain = layouts(period)
        names = tuple(f"adeunis/{one}" for one in ttn)
        made.append(
            Decoder(
                id=f"adeunis-{name}{suffix}",
                vendor="Adeunis",
                model=f"{model}, every {period // 60} min" if suffix else model,
                source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/adeunis",
                layouts=(*((_stamped(plain),) if clock else ()), *plain, _refuse(plain)),
                identifiers={} if suffix else {"ttn": names, "chirpstack": (model,)},
            )
        )
    return tuple(made)
