"""Decentlab DL-SDD: soil moisture, temperature and salinity at up to twelve depths (Sentek Drill & Drop).

Protocol 2 (see `_protocol`), any fPort. Two sensors, for the depths 0 to 5 and 6 to 11:

    6 words    moisture, 0.01 %, counted from 32768
    6 words    temperature, 0.01 degC, counted from 32768
    6 words    salinity (volumetric ion content), counted from 100

Source: https://github.com/decentlab/decentlab-decoders (DL-SDD), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, word


def _levels(first: int) -> Sensor:
    """Six depths; channels count from 0 at the top."""
    return Sensor(
        18,
        (
            *(centred(n, "soil_moisture", "%", div=100, channel=str(first + n)) for n in range(6)),
            *(centred(6 + n, "soil_temperature", "Cel", div=100, channel=str(first + n)) for n in range(6)),
            *(word(12 + n, "ion_content", "1", add=-100, channel=str(first + n)) for n in range(6)),
        ),
    )


DECODER = decentlab(
    "DL-SDD",
    _levels(0),
    _levels(6),
    ttn=("dl-sdd",),
)
