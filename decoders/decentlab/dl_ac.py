"""Decentlab DL-AC: gases by electrochemical cells: NO2, NO, Ox, CO.

Protocol 2 (see `_protocol`), any fPort. Five sensors:

    TTTT HHHH    degC = 175.72 * T / 65536 - 46.85, % = 125 * H / 65536 - 6
    WWWW DDDD    NO2 cell: working electrode, and working less auxiliary electrode,
                 mV = 3000 * (W / 32768 - 1)
    WWWW DDDD    NO cell
    WWWW DDDD    Ox (O3 and NO2) cell
    WWWW DDDD    CO cell

Concentrations follow from the voltages by twelve parameters of the single device that the payload does not
carry; the voltages are therefore what it gives.

Source: https://github.com/decentlab/decentlab-decoders (DL-AC), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, word


def _cell(gas: str) -> Sensor:
    return Sensor(
        2,
        (
            centred(0, "voltage", "mV", mul=3000, div=32768, channel=f"{gas}_we"),
            centred(1, "voltage", "mV", mul=3000, div=32768, channel=f"{gas}_we_aux"),
        ),
    )


DECODER = decentlab(
    "DL-AC",
    Sensor(
        2,
        (
            word(0, "air_temperature", "Cel", mul=175.72, div=65536, offset=-46.85),
            word(1, "relative_humidity", "%", mul=125, div=65536, offset=-6),
        ),
    ),
    _cell("no2"),
    _cell("no"),
    _cell("ox"),
    _cell("co"),
    ttn=(),
)
