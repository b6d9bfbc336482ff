"""MClimate CO2 Sensor and Notifier: carbon dioxide, air temperature, humidity.

Any fPort: `01 CCCC TTTT HH BB`, see `_frames`; C: ppm; B: 1.6 V + 8 mV.

Source: see `_frames`.
"""

from decoders.kit import Frame, u16
from decoders.mclimate._frames import KEEP_ALIVE, battery, humidity, mclimate, temperature

DECODER = mclimate(
    "CO2 Sensor",
    "co2-sensor",
    Frame(length=7, when=KEEP_ALIVE, fields=(u16(1, "co2", "[ppm]"), temperature(3), humidity(5), battery(6))),
)
