"""Laird Sentrius RS1xx: air temperature and humidity, external probes, contact.

Any fPort, see `_messages`. The model with a platinum sensor has messages of its own.

Source: see `_messages`.
"""

from decoders.laird._messages import NOW, PLATINUM_NOW, climate, laird, platinum

DECODERS = (
    laird(
        "RS1xx",
        "rs1xx",
        NOW,
        sample=climate,
        ttn=("rs1xx", "rs1xx-temp-rh-sensor", "rs1xx-ext-temp-1w-sensor", "rs1xx-ext-multi-sensor"),
    ),
    laird("RS1xx RTD", "rs1xx-rtd", PLATINUM_NOW, sample=platinum, ttn=("rs1xx-ext-temp-rtd-sensor",)),
)
