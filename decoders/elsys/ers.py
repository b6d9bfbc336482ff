"""Elsys ERS family: room sensors (temperature, humidity, light, motion; CO2, sound, VOC, occupancy by model).

Any fPort (5 by default), records of type and data, see `_tlv`:

    01 TTTT   int16, 0.1 degC        04 LLLL   uint16, lx          06 CCCC   uint16, ppm
    02 HH     %RH                    05 MM     movements           07 VVVV   uint16, mV
    11 OO     0 empty, 1 person, 2 person who sits still
    15 PPAA   sound, peak and average, dB(A)                       1C VVVV   TVOC, ppb

Source: Elsys LoRa payload description, https://elsys.se/public/documents/Elsys-LoRa-payload.pdf.
"""

from decoders.elsys._tlv import elsys

DECODERS = (
    elsys("ERS", ttn=("ers",)),
    elsys("ERS Lite", ttn=("ers-lite",)),
    elsys("ERS CO2", ttn=("ers-co2",)),
    elsys("ERS CO2 Lite", ttn=("ers-co2-lite",)),
    elsys("ERS Eye", ttn=("ers-eye",)),
    elsys("ERS Sound", ttn=("ers-sound",)),
    elsys("ERS VOC", ttn=("ers-voc",)),
    elsys("ERS Desk", ttn=()),
    elsys("ERS Display", ttn=("ers-display",)),
    elsys("ERS CO2 Display", ttn=("ers-co2-display",)),
)
