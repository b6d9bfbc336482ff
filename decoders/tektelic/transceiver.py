"""TEKTELIC industrial transceiver: inputs, outputs, air.

fPort 10, see `_records` (fPort 20 passes a serial line through):

    00FF   battery, 0.01 V         03 67  air, 0.1 degC        06 02  input 2, uA      08 04  pulses of input 1
    01 01, 02 01  outputs          04 68  humidity, 0.5 %      07 02  input 3, mV      09 67  board, 0.1 degC
                                   05 00  input 1

Source: https://github.com/TheThingsNetwork/lorawan-devices (tektelic/decoder_industrial_transceiver.js), facts only.
"""

from decoders.kit import Record, u16
from decoders.tektelic._records import BOARD, HUMIDITY, HUNDREDTHS, TEMPERATURE, count, state, tektelic

RECORDS = {
    0x00FF: HUNDREDTHS,
    0x0101: state("relay", "1"),
    0x0201: state("relay", "2"),
    0x0367: TEMPERATURE,
    0x0468: HUMIDITY,
    0x0500: state("digital_input", "1"),
    0x0602: Record(2, (u16(0, "current", "uA", channel="2"),)),
    0x0702: Record(2, (u16(0, "voltage", "mV", channel="3"),)),
    0x0804: count("pulse_count", "1"),
    0x0967: BOARD,
}

DECODER = tektelic(
    "Industrial Transceiver",
    "transceiver",
    RECORDS,
    tuple(name + end for name in ("t00053xx", "t00055xx", "t00056xx") for end in ("", "-industrial-transceiver")),
)
