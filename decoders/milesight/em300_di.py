"""Milesight EM300-DI: air temperature, humidity, pulse counter or digital input.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 67 TTTT         int16, 0.1 degC
    04 68 HH           0.5 %RH
    05 00 GG           input: 0 low, 1 high
    05 C8 PPPPPPPP     pulses
    06 E1 WWWW CCCC ffffffff      conversion set on the device (two uint16, 0.1), consumption (float)
    85 00 GG AA                   input and its alarm
    86 E1 WWWW CCCC ffffffff AA   1 no flow for too long, 3 flow for too long; 2, 4 over
    20 CE ssssssss TTTT HH kk GG PPPPPPPP              stored sample with its time (u32, s since 1970);
                                                       k: 1 input, 2 pulses
    21 CE ssssssss TTTT HH AA kk GG WWWW CCCC ffffffff   A: as above; 5 alarm of the input, 6 over

    The consumption has the unit that the operator chose (mostly m3 or L): it is given as a converted pulse count.

Source: https://github.com/Milesight-IoT/SensorDecoders (EM300-DI).
"""

from dataclasses import replace

from decoders.kit import Field, Record, When, f32, u32
from decoders.milesight._records import CLIMATE, air, milesight, moist, sample, state

ALARM = {0: 0, 1: 1, 2: 0, 3: 1, 4: 0, 5: 1, 6: 0}
INPUT, PULSES = When(at=(7, 0), width=8, equals=1), When(at=(7, 0), width=8, equals=2)


def _of(kind: When, field: Field) -> Field:
    """The field where the sample is of this kind."""
    return replace(field, when=kind)


DECODER = milesight(
    "EM300-DI",
    {
        **CLIMATE,
        0x0500: Record(1, (state(0, "digital_input"),)),
        0x05C8: Record(4, (u32(0, "pulse_count", "1"),)),
        0x06E1: Record(8, (f32(4, "pulse_count", "1", channel="converted"),)),
        0x8500: Record(2, (state(0, "digital_input"), state(1, "alarm"))),
        0x86E1: Record(9, (f32(4, "pulse_count", "1", channel="converted"), state(8, "alarm", table=ALARM))),
        0x20CE: sample(
            air(4),
            moist(6),
            _of(INPUT, state(8, "digital_input")),
            _of(PULSES, u32(9, "pulse_count", "1")),
            size=13,
        ),
        0x21CE: sample(
            air(4),
            moist(6),
            state(7, "alarm", table=ALARM),
            replace(state(9, "digital_input"), when=When(at=(8, 0), width=8, equals=1)),
            f32(14, "pulse_count", "1", channel="converted", when=When(at=(8, 0), width=8, equals=2)),
            size=18,
        ),
    },
    ttn=("em300-di",),
    chirpstack=("EM300-DI-Hall",),
)
