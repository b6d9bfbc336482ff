"""MCCI Model 4933: gases, particles and climate.

    port 1, format 38: flags for battery, bus, boots, particles, CO, NO2, O3, SO2; four electrode voltages; flags for
    climate, pressure, time
    port 3: answers to downlinks

Of the masses those below 1 um and at 5 um have no name in air quality; they are analogue values in ug/m3.

Source: https://github.com/TheThingsNetwork/lorawan-devices (mcci/codec-model4933.js), facts only.
"""

from decoders.kit import Frame
from decoders.mcci._flags import (
    BATTERY,
    BOOTS,
    BUS,
    CLOCK,
    PRESSURE,
    Block,
    Section,
    climate,
    half,
    mcci,
    message,
    number,
    several,
    volt,
)

GASES = {"co": 1000, "no2": 10, "o3": 30, "so2": 30}
MASSES = ("0.1", "0.3", "0.5", "pm1", "pm2_5", "5.0", "pm10")


def mass(name: str) -> Block:
    """A mass concentration."""
    if name.startswith("pm"):
        return number(2, name, "ug/m3", value=lambda raw: half(raw) * 512)
    return number(2, "analog_value", channel=f"pm_{name}", value=lambda raw: half(raw) * 512)


def gas(name: str, scale: int) -> Block:
    """A gas in ppm."""
    return number(2, name, "[ppm]", value=lambda raw: half(raw) * scale)


COUNTS = (number(4, "particle_count", channel=size) for size in ("1.0", "2.5", "10"))
PARTICLES = several(*map(mass, MASSES), *COUNTS)
VOLTAGES = tuple(volt("voltage", name) for name in GASES)
FIRST = Section(
    {0: BATTERY, 1: BUS, 2: BOOTS, 3: PARTICLES} | {n + 4: gas(*pair) for n, pair in enumerate(GASES.items())}, VOLTAGES
)
SECOND = Section({0: climate(pressure=False, fine=True, heat=True), 1: PRESSURE, 2: CLOCK})

DECODER = mcci(
    "Model 4933",
    "model4933",
    (message(1, FIRST, SECOND, format_=0x38), Frame(ports=3, length=range(1, 64), note="an answer to a downlink")),
    ("model4933", "codec-model4933"),
)
