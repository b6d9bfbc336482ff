"""Decentlab DL-ISF: sap flow in trees (heat pulses).

Protocol 2 (see `_protocol`), any fPort. Sensor 1 has 16 words:

    0 sap flow, 0.016 L/h - 50            9 temperature, 0.01 degC, from 32768
    1, 2 heat velocity, outer, inner,    10, 11 highest, lowest heater voltage, mV, from 32768
         0.016 cm/h - 50                 12, 13 diagnosis, low and high word
    3, 4 alpha, 0.00032 - 10             14, 15 time of the upstream maximum, 2 ms
    5, 6 beta, likewise
    7, 8 time of the maximum, 2 ms

Source: https://github.com/decentlab/decentlab-decoders (DL-ISF), facts only.
"""

from decoders.decentlab._protocol import Sensor, centred, decentlab, double, word

SAP_FLOW = Sensor(
    16,
    (
        word(0, "sap_flow", "L/h", mul=16, div=1000, offset=-50),
        word(1, "heat_velocity", "cm/h", mul=16, div=1000, offset=-50, channel="outer"),
        word(2, "heat_velocity", "cm/h", mul=16, div=1000, offset=-50, channel="inner"),
        word(3, "analog_value", "1", mul=32, div=100000, offset=-10, channel="alpha_outer"),
        word(4, "analog_value", "1", mul=32, div=100000, offset=-10, channel="alpha_inner"),
        word(5, "analog_value", "1", mul=32, div=100000, offset=-10, channel="beta_outer"),
        word(6, "analog_value", "1", mul=32, div=100000, offset=-10, channel="beta_inner"),
        word(7, "duration", "s", mul=2, div=1000, channel="outer"),
        word(8, "duration", "s", mul=2, div=1000, channel="inner"),
        centred(9, "stem_temperature", "Cel", div=100),
        centred(10, "voltage", "V", div=1000, channel="max"),
        centred(11, "voltage", "V", div=1000, channel="min"),
        double(12, "fault_code", "1"),
        word(14, "duration", "s", mul=2, div=1000, channel="upstream_outer"),
        word(15, "duration", "s", mul=2, div=1000, channel="upstream_inner"),
    ),
)

DECODER = decentlab(
    "DL-ISF",
    SAP_FLOW,
    ttn=("dl-isf",),
)
