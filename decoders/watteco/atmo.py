"""Watteco Atm'O: air pressure, temperature and humidity, two pulse inputs (rain gauge, anemometer).

Batches have labels of 3 bits.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._batch import Series
from decoders.watteco._reports import Model, battery, humidity, pulses, temperature, watteco

DECODER = watteco(
    "Atm'O",
    "atmo",
    Model(
        endpoints={
            "index": (("pulse_count", "1", "1"), ("pulse_count", "1", "2")),
            "pin": (("digital_input", "1", "1"), ("digital_input", "1", "2")),
        },
        labels={
            0: temperature(step=1),
            1: humidity(step=1),
            2: Series("air_pressure", "hPa", "i16"),
            3: pulses("1"),
            4: pulses("2"),
            5: battery(1),
        },
        width=3,
        pins=2,
    ),
    ("atmo",),
)
