"""Dingtek DC600: four switches (detectors of gas, smoke, water).

fPort 3, see `_frames`:

    8 temperature, degC      11 bit 0: not watching     12 bits 4 to 7: input 1 to 4 at rest; low half: battery low

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/dingtek/dc600-codec.yaml), facts only.
"""

from decoders.dingtek._frames import alarm, data, dingtek, settings, temperature
from decoders.kit import Field

DECODER = dingtek(
    "DC600",
    data(
        17,
        *(
            Field(quantity="alarm", unit="1", at=(12, 4 + n), width=1, table={0: 1, 1: 0}, channel=str(1 + n))
            for n in range(4)
        ),
        temperature(),
        Field(quantity="device_state", unit="1", at=(11, 0), width=1, table={0: 1, 1: 0}, channel="watching"),
        alarm(12, "low", "battery_low"),
    ),
    settings(17),
)
