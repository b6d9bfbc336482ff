"""MCCI Catena boards with their usual programs: weather, soil, water, air quality, power.

    port 1   formats 11 (4410), 14 (M101, power), 15 (M102, soil and water), 16 (water level), 17 (air quality)
    port 2   climate with pressure, irradiance      port 4   climate with pressure, illuminance
    port 3   climate, irradiance                    port 6   climate, illuminance

Source: https://github.com/TheThingsNetwork/lorawan-devices (mcci/codec-catena-generic.js, codec-catena4612.js,
codec-catena4618.js), facts only.
"""

from decoders.mcci._flags import (
    BATTERY,
    BOOTS,
    BUS,
    IRRADIANCE,
    LIGHT,
    LUX,
    SYSTEM,
    Block,
    Section,
    climate,
    half,
    kelvins,
    mcci,
    message,
    number,
    several,
    unsigned,
)


def per_hour(raw: int) -> float:
    """Pulses per hour."""
    return half(raw) * 14400


AIR = climate(pressure=True, fine=False)
HOT = climate(pressure=True, fine=False, heat=True)
FINE = climate(pressure=False, fine=True, heat=True)
SOIL = climate(pressure=False, fine=False, channel="soil", of="soil_temperature")
WATER = kelvins("water_temperature")
PULSES = several(*(number(2, "pulse_count", channel=name) for name in ("used", "sourced")))
RATES = several(*(number(2, "analog_value", channel=name, value=per_hour) for name in ("used_rate", "sourced_rate")))
LEVEL = Block(
    2,
    (("water_pressure", "hPa", ""), ("liquid_depth", "m", "")),
    lambda data: (unsigned(data) * 4 / 100, unsigned(data) * 4 / 1000 / 9.81),
)
IAQ = number(2, "iaq_index", value=lambda raw: half(raw) * 512)
GAS = number(2, "resistance", "Ohm", value=lambda raw: 10 ** (half(raw) * 16))
QUALITY = number(1, "signal_quality", channel="iaq", value=lambda raw: float(raw & 3))

START = {0: BATTERY, 1: BUS, 2: BOOTS, 3: AIR, 4: LIGHT}


def simple(air: Block, light: Block) -> Section:
    """Ports 2, 3, 4 and 6."""
    return Section({0: BATTERY, 1: SYSTEM, 2: BOOTS, 3: air, 4: light, 5: BUS})


DECODER = mcci(
    "Catena",
    "catena",
    (
        message(1, Section({0: BATTERY, 1: BUS, 2: AIR, 3: LIGHT, 4: WATER, 5: SOIL}), format_=0x11),
        message(1, Section(START | {5: PULSES, 6: RATES}), format_=0x14),
        message(1, Section(START | {5: WATER, 6: SOIL}), format_=0x15),
        message(1, Section(START | {5: LEVEL}), format_=0x16),
        message(1, Section(START | {5: IAQ, 6: GAS, 7: QUALITY}), format_=0x17),
        message(2, simple(HOT, IRRADIANCE)),
        message(3, simple(FINE, IRRADIANCE)),
        message(4, simple(HOT, LUX)),
        message(6, simple(FINE, LUX)),
    ),
    ("catena4450", "catena4460", "catena4470", "catena4612", "catena4618", "catena4618m201", "catena4801",
     "model4821", "model4822", "model4823", "model4831", "model4832", "codec-catena-generic", "codec-catena4612",
     "codec-catena4618", "codec-catena4618m201"),
)  # fmt: skip
