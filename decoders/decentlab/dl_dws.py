"""Decentlab DL-DWS: vibrating wire scale.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has three words:

    CCCC IIII CCCC

    - C: oscillations counted
    - I: in this time, 1/32768 s; frequency = C / I * 32768 Hz

The weight follows from the frequency by three parameters of the single device that the payload does not
carry. "DL-DWS" therefore gives the frequency alone; the other decoder has the parameters of the published
codec.

Source: https://github.com/decentlab/decentlab-decoders (DL-DWS), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab
from decoders.kit import Computed, u16

FREQUENCY = Computed(
    quantity="frequency",
    unit="Hz",
    inputs=(u16(0, ""), u16(2, "")),
    function=lambda counts, time: counts / time * 32768,
)


def _weight(square_0: float, slope: float, mass_0: float) -> Computed:
    """Weight in g: `mass_0` at the frequency whose square is `square_0`."""
    return Computed(
        quantity="weight",
        unit="g",
        inputs=(u16(0, ""), u16(2, "")),
        function=lambda counts, time: ((counts / time * 32768) ** 2 - square_0) * slope + mass_0,
    )


DECODERS = (
    decentlab("DL-DWS", Sensor(3, (FREQUENCY,)), ttn=("dl-dws",)),
    decentlab(
        "DL-DWS-232263168-302459-1370",
        Sensor(3, (FREQUENCY, _weight(232263168, 0.000302459, 1370))),
        ttn=("dl-dws-232263168-302459-1370", "dl-dws-232263168-0000302459-1370"),
    ),
)
