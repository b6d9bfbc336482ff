"""Decentlab DL-GMM: greenhouse monitor: light, air, CO2.

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has seven words, counted from 32768:

    0 PAR, 0.1 umol/m2/s      3 CO2, ppm              6 dew point, 0.01 degC
    1 air, 0.01 degC          4 air, 0.01 kPa
    2 humidity, 0.1 %         5 saturation deficit, 0.01 kPa

Source: https://github.com/decentlab/decentlab-decoders (DL-GMM), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab

DECODER = decentlab(
    "DL-GMM",
    Sensor(
        7,
        (
            centred(0, "photosynthetic_photon_flux", "umol/m2/s", div=10),
            centred(1, "air_temperature", "Cel", div=100),
            centred(2, "relative_humidity", "%", div=10),
            centred(3, "co2", "[ppm]"),
            centred(4, "air_pressure", "kPa", div=100),
            centred(5, "vapour_pressure_deficit", "kPa", div=100),
            centred(6, "dew_point", "Cel", div=100),
        ),
    ),
    ttn=("dl-gmm",),
)
