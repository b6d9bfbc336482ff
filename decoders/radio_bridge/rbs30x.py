"""Radio Bridge RBS301, 304, 305, 306: sensors for doors, water, temperature, tilt, level, current and more.

Any fPort: `PN EE ...`, version and number of the message, event, then by event, big-endian:

    00 reset            01 supervision: KK .. BB .. AAAA (byte 9)  K: bits 4 tampered since the reset, 3 tampered,
                          2 error of the last command, 1 battery low, 0 radio error; B: battery, V, tenths; A: events
    02 tamper: 0 open   03 door: 0 closed     06 button: number (1, 2, 3 the only one, 12 both), 1 released
    07 contact: 1 open  08 water: 0 present; relative
    09 temperature: why, int8 degC, int8 relative      0A tilt: why, degrees
    0D air: why, degC (bit 7: below zero), tenths (upper half), %RH, tenths (upper half)
    0E movement: 0 began   0F tilt: why, degrees, tenths, int8 degC      10 distance: why, mm
    11 current: why, 0.01 mA    13 thermocouple: why, int16 1/16 degC, faults    14 voltage: why, 0.01 V
    16 position: bit 0 valid, int32 latitude, int32 longitude, 1e-7 deg
    FB link: band, RSSI (less 256), SNR      FF answer to a command

15 (custom), 17 to 1A (Honeywell bridge, magnetometer, vibration), FC, FD are not described.

Source: https://github.com/TheThingsNetwork/lorawan-devices (radio-bridge/radio_bridge_packet_decoder.js), facts only;
its positions are read as the comments in it say.
"""

from __future__ import annotations

from decoders.kit import NONZERO, AnyField, Computed, Decoder, Frame, When, bits, flag, i8, i16, i32, u8, u16

LONGEST = 16
FAULTS = ("open", "voltage", "low", "high", "cold-low", "cold-high", "hot-range", "cold-range")
BUTTONS = {1: "1", 2: "2", 3: "", 0x12: "both"}
PRESSED = {0: 1, 1: 0, 2: 1}
ZERO = {0: 1} | dict.fromkeys(range(1, 256), 0)


def _event(code: int, length: int, *fields: AnyField) -> Frame:
    return Frame(length=range(length, LONGEST), when=When(at=8, equals=code), fields=fields)


def _silent(codes: tuple[int, ...], note: str) -> Frame:
    return Frame(length=range(2, LONGEST), when=When(at=8, equals=codes), note=note)


WHY = u8(2, "device_state", "1", channel="event")


def _tenths(quantity: str, unit: str, whole: int, tenths: AnyField, *, signed: bool = False) -> Computed:
    """A number in a byte and its tenths; `signed`: bit 7 says below zero."""

    def join(units: float, parts: float) -> float:
        if signed and units > 127:
            return -(units - 128) - parts / 10
        return (units * 10 + parts) / 10

    return Computed(quantity=quantity, unit=unit, inputs=(u8(whole, ""), tenths), function=join)  # type: ignore[arg-type]  # a plain field


DECODER = Decoder(
    id="radio-bridge-rbs30x",
    vendor="Radio Bridge",
    model="RBS30x",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/radio-bridge/radio_bridge_packet_decoder.js",
    layouts=(
        _event(
            0x01,
            11,
            u16(9, "event_count", "1"),
            Computed(
                quantity="battery_voltage",
                unit="V",
                inputs=(bits(4, 7, 4, ""), bits(4, 3, 0, "")),
                function=lambda volts, tenths: (volts * 10 + tenths) / 10,
            ),
            flag(2, 4, "tamper", channel="since-reset"),
            flag(2, 3, "tamper"),
            flag(2, 2, "fault", channel="downlink"),
            flag(2, 1, "battery_low"),
            flag(2, 0, "fault", channel="radio"),
        ),
        _event(0x02, 3, u8(2, "tamper", "1", table=ZERO)),
        _event(0x03, 3, u8(2, "contact", "1", table=NONZERO)),
        _event(
            0x06,
            4,
            *(
                u8(3, "button", "1", table=PRESSED, channel=name, when=When(at=16, equals=number))
                for number, name in BUTTONS.items()
            ),
        ),
        _event(0x07, 3, u8(2, "contact", "1", table=NONZERO)),
        _event(0x08, 4, u8(2, "leak", "1", table=ZERO), u8(3, "analog_value", "1", channel="water")),
        _event(0x09, 5, i8(3, "process_temperature", "Cel"), i8(4, "analog_value", "1", channel="relative"), WHY),
        _event(0x0A, 4, u8(3, "tilt", "deg"), WHY),
        _event(
            0x0D,
            7,
            _tenths("air_temperature", "Cel", 3, bits(4, 7, 4, ""), signed=True),
            _tenths("relative_humidity", "%", 5, bits(6, 7, 4, "")),
            WHY,
        ),
        _event(0x0E, 3, u8(2, "moving", "1", table=ZERO)),
        _event(0x0F, 6, _tenths("tilt", "deg", 3, u8(4, "")), i8(5, "internal_temperature", "Cel"), WHY),
        _event(0x10, 5, u16(3, "distance", "mm"), WHY),
        _event(0x11, 5, u16(3, "current", "mA", div=100), WHY),
        _event(
            0x13,
            6,
            i16(3, "process_temperature", "Cel", div=16),
            *(flag(5, bit, "fault", channel=name) for bit, name in enumerate(FAULTS)),
            WHY,
        ),
        _event(0x14, 5, u16(3, "voltage", "V", div=100), WHY),
        _event(
            0x16,
            11,
            i32(3, "latitude", "deg", div=10_000_000, when=When(at=(2, 0), width=1)),
            i32(7, "longitude", "deg", div=10_000_000, when=When(at=(2, 0), width=1)),
        ),
        _event(0xFB, 5, u8(3, "rssi", "dB[mW]", add=-256), i8(4, "snr", "dB")),
        _silent((0x00,), "the device has started"),
        _silent((0xFF,), "answer to a command"),
        _silent((0x15, 0x17, 0x18, 0x19, 0x1A, 0xFC, 0xFD), "an event that is not described"),
    ),
    identifiers={
        "ttn": tuple(
            f"radio-bridge/{n}"
            for n in (
                "rbs30x", "rbs101-con", "rbs301-1", "rbs301-abm", "rbs301-con", "rbs301-dws", "rbs301-temp-ext",
                "rbs301-temp-int", "rbs301-tilt", "rbs301-wat", "rbs301-wr1m", "rbs304-1", "rbs305-ath", "rbs306-420ma",
                "rbs306-abm", "rbs306-ath-ext", "rbs306-con", "rbs306-mbhr", "rbs306-temp-ext", "rbs306-temp-tc",
                "rbs306-tilt-hp", "rbs306-us10m", "rbs306-vm30", "rbs306-wr1m",
            )
        ),
        "chirpstack": ("RBS301-DWS", "RBS301-WAT", "RBS305-ATH", "RBS306-US10M"),
    },
)  # fmt: skip
