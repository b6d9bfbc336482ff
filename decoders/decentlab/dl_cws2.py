"""Decentlab DL-CWS2: winter road station: surface and air, air also in a radiation shield.

Protocol 2 (see `_protocol`), any fPort. Two sensors, two and six words:

    TTTT HHHH                        air in the shield: degC = 175 * T / 65535 - 45, % = 100 * H / 65535
    the six words of the DL-CWS      see `dl_cws`

Source: https://github.com/decentlab/decentlab-decoders (DL-CWS2), facts only.
"""

from decoders.decentlab._protocol import Sensor, decentlab, word
from decoders.decentlab.dl_cws import ROAD

SHIELD = Sensor(
    2,
    (
        word(0, "air_temperature", "Cel", mul=175, div=65535, offset=-45, channel="shield"),
        word(1, "relative_humidity", "%", mul=100, div=65535, channel="shield"),
    ),
)

DECODER = decentlab("DL-CWS2", SHIELD, ROAD, ttn=("dl-cws2",))
