"""TEKTELIC room and home sensors (Comfort, Vivid, Home, Smart Room, Breeze, Tundra).

fPort 10, see `_records`:

    00FF   battery, 0.01 V            07 71  acceleration x, y, z, mg      0E 00  input
    00BA   battery, mV                08 04  openings                      0F 04  changes of the input
    00D3   battery, %                 09 00  water                         10 02  light, counts
    0100   contact                    0A 00  movement                      11 02  input, mV
    0200   light found                0B 67  board, 0.1 degC               11 D3  battery of the display, %
    0367   air, 0.1 degC              0C 00  impact                        0B E4  CO2, ppm
    0468   humidity, 0.5 %            0D 04  movements                     0E E4  CO2 unfiltered, ppm
    0502   acceleration, mg           06 00  broken into                   0C 73  air pressure, 0.1 hPa
    any 10 to 17   total, shortest, longest time and spread of a state, number

Source: https://github.com/TheThingsNetwork/lorawan-devices (tektelic/decoder_smart_room_sensor.js, _gen3.js, _co2.js,
decoder_home_sensor.js, decoder_tundra_sensor.js), facts only.
"""

from decoders.kit import Record, i16, u8, u16
from decoders.tektelic._records import (
    BOARD,
    HUMIDITY,
    HUNDREDTHS,
    TEMPERATURE,
    THOUSANDTHS,
    axes,
    count,
    state,
    tektelic,
)

STATES = {0x01: "contact", 0x02: "light", 0x09: "leak", 0x0A: "motion", 0x0C: "impact", 0x0E: "input"}
"""Channels of states, whose times the types 10 to 17 report."""

RECORDS = {
    0x00FF: HUNDREDTHS,
    0x00BA: THOUSANDTHS,
    0x00D3: Record(1, (u8(0, "battery_level", "%"),)),
    0x0100: state("contact"),
    0x0200: state("daylight"),
    0x0367: TEMPERATURE,
    0x0468: HUMIDITY,
    0x0502: Record(2, (i16(0, "acceleration", "[g]", div=1000),)),
    0x0600: state("tamper"),
    0x0771: axes(),
    0x0804: count(channel="contact"),
    0x0900: state("leak"),
    0x0A00: state("motion"),
    0x0B67: BOARD,
    0x0BE4: Record(2, (u16(0, "co2", "[ppm]"),)),
    0x0C00: state("vibration"),
    0x0C73: Record(2, (u16(0, "air_pressure", "hPa", div=10),)),
    0x0D04: count("event_count", "motion"),
    0x0E00: state("digital_input"),
    0x0EE4: Record(2, (u16(0, "co2", "[ppm]", channel="raw"),)),
    0x0F04: count("event_count", "input"),
    0x1002: Record(1, (u8(0, "analog_value", "1", channel="light"),)),
    0x1102: Record(2, (i16(0, "voltage", "mV", channel="input"),)),
    0x11D3: Record(1, (u8(0, "battery_level", "%", channel="display"),)),
    **{
        channel << 8 | kind: Record(2, (u16(0, "duration", "s", channel=f"{name}_{what}"),))
        for channel, name in STATES.items()
        for kind, what in ((0x10, "total"), (0x11, "min"), (0x12, "max"), (0x13, "sd"), (0x15, "max"), (0x16, "sd"))
    },
    **{
        channel << 8 | kind: Record(2, (u16(0, "event_count", "1", channel=f"{name}_number"),))
        for channel, name in STATES.items()
        for kind in (0x14, 0x17)
    },
}

TTN = {
    "room": (
        "t00061xx",
        "t00061xx-comfort",
        "t00061xx-vivid",
        "t00048xx",
        "t00048xx-smart-room-pir",
        "t00048xx-home-pir",
    ),
    "room-base": ("t000489x", "t000489x-smart-room-base", "t000489x-home-base", "t00048xx-home-base"),
    "room-co2": ("t00078xx", "t00078xx-smart-room-sensor-co2", "t0007806-breeze-v"),
    "room-tundra": ("t00067xx", "t00067xx-tundra-sensor", "t00073xx", "t00073xx-tundra-sensor"),
}

DECODERS = (
    tektelic("Smart Room Sensor", "room", RECORDS, TTN["room"], ("COMFORT", "VIVID", "KONA Smart Room Sensor PIR")),
    tektelic("Home Sensor", "room-base", RECORDS, TTN["room-base"], ("KONA Home Sensor", "Smart Room Sensor Base")),
    tektelic("Smart Room Sensor CO2", "room-co2", RECORDS, TTN["room-co2"], ("BREEZE", "BREEZE-V")),
    tektelic("Tundra Sensor", "room-tundra", RECORDS, TTN["room-tundra"], ("TUNDRA",)),
)
