"""Browan TBHH100: Tabs Healthy Home sensor, air temperature and humidity.

fPort 103, 8 bytes (the last four, CO2 and VOC of a sister model, are FF here), little-endian:

    SS BB TT HH FF FF FF FF

- S: bits 7..3: what made the device send (1: keep alive)
- B: bits 3..0 battery, V = (25 + B) / 10
- T: bits 6..0 temperature, degC = T - 32
- H: bits 6..0 relative humidity, %; 127: error

Source: https://github.com/TheThingsNetwork/lorawan-devices (browan/tbhh100.js), facts only; the value for errors is in
the manuals of the sister models.
"""

from decoders.browan._tabs import BATTERY, humidity, temperature
from decoders.kit import Decoder, Frame, bits

DECODER = Decoder(
    id="browan-tbhh100",
    vendor="Browan",
    model="TBHH100",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/browan/tbhh100.js",
    layouts=(
        Frame(
            ports=103,
            length=range(4, 12),
            byteorder="little",
            fields=(temperature(2), humidity(3), BATTERY, bits(0, 7, 3, "device_state", "1", default=0)),
        ),
    ),
    identifiers={"ttn": ("browan/tbhh100",), "chirpstack": ("TBHH100",)},
)
