"""Seeed SenseCAP S2101 to S2105 and the wireless sensors before them.

Any fPort, records of the first generation, see `_gen1`:

    01 0110 VVVVVVVV    air temperature         01 0610 VVVVVVVV    soil temperature
    01 0210 VVVVVVVV    relative humidity       01 0710 VVVVVVVV    soil moisture
    01 0310 VVVVVVVV    illuminance             01 0C10 VVVVVVVV    electrical conductivity
    01 0410 VVVVVVVV    CO2                     00 0700 BBBB IIII   battery, %, and interval, min

Source: https://github.com/TheThingsNetwork/lorawan-devices (sensecap/sensecap210x-common-decoder.js), facts only.
"""

from decoders.kit import Decoder
from decoders.sensecap._gen1 import LAYOUT

TTN = (
    "sensecap210x", "sensecap", "sensecaps2101-temp-humid", "sensecaps2102-light", "sensecaps2103-co2-temp-humid",
    "sensecaps2104-soil-moisture-temp", "sensecaps2105-soll-moisture-temp-ec", "sensecap-air-th", "sensecap-co2",
    "sensecap-light", "sensecap-pressure", "sensecap-soil-th",
)  # fmt: skip

DECODER = Decoder(
    id="sensecap-s210x",
    vendor="Seeed SenseCAP",
    model="S2101 to S2105",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/sensecap/sensecap210x-common-decoder.js",
    layouts=(LAYOUT,),
    identifiers={
        "ttn": tuple(f"sensecap/{name}" for name in TTN),
        "chirpstack": tuple(f"{maker}S210{n}" for maker in ("", "SenseCAP ") for n in ("1", "2", "3", "4", "5", "X")),
    },
)
