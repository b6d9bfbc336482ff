"""Decentlab DL-PR36CTD: precise pressure or liquid level, temperature and conductivity (Keller 36 series probe).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has four words, counted from 32768:

    PPPP EEEE TTTT CCCC

    - P: pressure, 1/8192 bar
    - E: temperature of the electronics, 1/256 degC
    - T: temperature, 1/256 degC
    - C: conductivity, 1/1024 mS/cm

The steps of pressure and conductivity are parameters of the single device; these are the ones of the
published codec.

Source: https://github.com/decentlab/decentlab-decoders (DL-PR36CTD), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

DECODER = decentlab(
    "DL-PR36CTD",
    Sensor(
        4,
        (
            centred(0, "water_pressure", "bar", div=8192),
            centred(1, "internal_temperature", "Cel", div=256),
            centred(2, "water_temperature", "Cel", div=256),
            centred(3, "electrical_conductivity", "mS/cm", div=1024),
        ),
    ),
    ttn=("dl-pr36ctd", "dl-pr36ctd-8192", "dl-pr36ctd-8192-1024"),
)
