"""Decentlab DL-KL66: vibrating wire strain and weight.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has three words:

    CCCC IIII CCCC

    - C: oscillations counted
    - I: in this time, 1/32768 s; frequency = C / I * 32768 Hz

Weight, elongation and strain follow from the frequency by two parameters of the single device that the
payload does not carry. "DL-KL66" therefore gives the frequency alone; the other decoder has the parameters of
the published codec.

Source: https://github.com/decentlab/decentlab-decoders (DL-KL66), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, word
from decoders.kit import Computed, u16

WIRE = (
    word(0, "pulse_increment", "1"),
    word(1, "duration", "s", div=32768, channel="interval"),
    Computed(
        quantity="frequency",
        unit="Hz",
        inputs=(u16(0, ""), u16(2, "")),
        function=lambda counts, time: counts / time * 32768,
    ),
)


def _from_weight(quantity: str, unit: str, factor: float, frequency_0: float, k: float) -> Computed:
    """`factor` for each g that hangs on a wire of `frequency_0` Hz."""
    return Computed(
        quantity=quantity,
        unit=unit,
        inputs=(u16(0, ""), u16(2, "")),
        function=lambda counts, time: ((counts / time * 32768) ** 2 - frequency_0**2) * k / 1000000 * factor,
    )


def _calibrated(frequency_0: float, k: float) -> tuple[Computed, ...]:
    elongation = -1.5 / 1000 * 9.8067
    return (
        _from_weight("weight", "g", 1, frequency_0, k),
        _from_weight("displacement", "um", elongation, frequency_0, k),
        _from_weight("strain", "um/m", elongation / 0.066, frequency_0, k),
    )


DECODERS = (
    decentlab("DL-KL66", Sensor(3, WIRE), ttn=("dl-kl66",)),
    decentlab(
        "DL-KL66-1538372-464859",
        Sensor(3, (*WIRE, *_calibrated(15383.72, 46.4859))),
        ttn=("dl-kl66-1538372-464859",),
    ),
)
