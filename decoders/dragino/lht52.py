"""Dragino LHT52: air temperature and humidity, optional external temperature probe.

fPort 2, 11 bytes, big-endian; fPort 3 the same repeated (datalog):

    TTTT HHHH XXXX EE ssssssss

- T: int16, 0.01 degC; H: uint16, 0.1 %RH
- X: int16, probe, 0.01 degC; 7FFF: no probe
- E: which external sensor
- s: time of the sample, s since 1970

fPort 4: number of the probe; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, PROBE_MISSING, dragino, log, probe, remark
from decoders.kit import Frame, i16, u16, u32

FIELDS = (
    i16(0, "air_temperature", "Cel", div=100, missing=PROBE_MISSING),
    u16(2, "relative_humidity", "%", div=10, missing=range(1001, 0x10000)),
    probe(4, div=100),
)

DECODER = dragino(
    "LHT52",
    Frame(ports=2, length=11, fields=FIELDS, time=u32(7, "")),
    log(*FIELDS),
    remark("number of the probe", ports=4, length=8),
    INFORMATION,
    ttn=("lht52",),
)
