"""MClimate AQI Sensor and Notifier: index of the air quality, CO2 equivalent, VOC, temperature, humidity, pressure.

Any fPort, 10 bytes: `01`, then bits from the highest on: 9 static index, 5 index (both in steps of 16), 10 CO2
equivalent (32 ppm), 8 VOC (4), 8 humidity (0.4 %), 11 pressure (300 hPa + 0.4 hPa), 1 unused, 10 temperature (see
`_frames`), 2 accuracy of the index, 8 battery (1.6 V + 8 mV).

Source: see `_frames` (aqi-sensor.js).
"""

from decoders.kit import Field, Frame, u8
from decoders.mclimate._frames import KEEP_ALIVE, mclimate

DECODER = mclimate(
    "AQI Sensor",
    "aqi-sensor",
    Frame(
        length=10,
        when=KEEP_ALIVE,
        fields=(
            Field(quantity="iaq_index", unit="1", at=8, width=9, mul=16, channel="static"),
            Field(quantity="iaq_index", unit="1", at=17, width=5, mul=16),
            Field(quantity="co2", unit="[ppm]", at=22, width=10, mul=32, channel="equivalent"),
            u8(4, "tvoc_ppb", "[ppb]", mul=4),
            u8(5, "relative_humidity", "%", mul=4, div=10),
            Field(quantity="air_pressure", unit="Pa", at=48, width=11, mul=40, offset=30000),
            Field(quantity="air_temperature", unit="Cel", at=60, width=10, add=-400, div=10),
            Field(quantity="signal_quality", unit="1", at=70, width=2, channel="aqi"),
            u8(9, "battery_voltage", "V", mul=8, div=1000, offset=1.6),
        ),
    ),
)
