"""MCCI Model 4931: maple sugarbush monitor, with soil, sap, pressure and rain.

    ports 1 and 4, format 37: state of the memory card, flags for battery, bus, boots, climate, pressure, two probes,
    soil; flags for a second soil sensor, two pressures, sap, rain, time; state of the device
    port 3: answers to downlinks

Source: https://github.com/TheThingsNetwork/lorawan-devices (mcci/codec-model4931.js), facts only.
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
    kelvins,
    mcci,
    message,
    number,
    several,
    signed,
    unsigned,
)


def soil(channel: str) -> Block:
    """Temperature, 0.01 degC; moisture, 0.01 %; kind of sensor."""
    return Block(
        6,
        (
            ("soil_temperature", "Cel", channel),
            ("soil_moisture", "%", channel),
            ("device_state", "1", f"soil_{channel}"),
        ),
        lambda data: (signed(data[:2]) / 100, unsigned(data[2:4]) / 100, unsigned(data[4:])),
    )


def gauge(channel: str) -> Block:
    """The voltage of a pressure gauge, and the pressure as the maker works it out."""
    return Block(
        2,
        (("voltage", "V", channel), ("analog_value", "1", f"pressure_{channel}")),
        lambda data: (signed(data) / 4096, 750 * signed(data) / 4096 - 1375),
    )


def counted(channel: str) -> Block:
    """Pulses, and pulses per hour."""
    rate = number(2, "analog_value", channel=f"{channel}_rate", value=lambda raw: half(raw) * 14400)
    return several(number(2, "pulse_count", channel=channel), rate)


FIRST = Section(
    {
        0: BATTERY,
        1: BUS,
        2: BOOTS,
        3: climate(pressure=False, fine=True, heat=True),
        4: PRESSURE,
        5: kelvins(channel="probe_1"),
        6: kelvins(channel="probe_2"),
        7: soil("1"),
    }
)
SECOND = Section({0: soil("2"), 1: gauge("1"), 2: gauge("2"), 3: counted("sap"), 4: counted("rain"), 5: CLOCK})
STATE = number(1, "device_state")
CARD = number(1, "device_state", channel="memory_card")


DECODER = mcci(
    "Model 4931",
    "model4931",
    (
        message((1, 4), FIRST, SECOND, format_=0x37, head=(CARD,), last=STATE),
        Frame(ports=3, length=range(1, 64), note="an answer to a downlink"),
    ),
    ("model4931", "codec-model4931"),
)
