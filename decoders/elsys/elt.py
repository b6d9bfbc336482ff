"""Elsys ELT family: outdoor boxes with temperature and humidity inside and an external sensor.

Any fPort (5 by default), records of type and data, see `_tlv`; besides those of the room sensors:

    0C TTTT       external temperature, 0.1 degC; 19 the second one
    0E DDDD       distance (ELT Ultrasonic), mm
    14 PPPPPPPP   air pressure, 0.001 hPa
    0A, 0B, 16, 17 pulses; 08, 18, 1B voltages; 0D, 1A switches; 12 leak; 10 infrared temperature

Source: Elsys LoRa payload description, https://elsys.se/public/documents/Elsys-LoRa-payload.pdf.
"""

from decoders.elsys._tlv import elsys

DECODERS = (
    elsys("ELT-1", ttn=("elt-1",)),
    elsys("ELT-2", ttn=("elt-2", "elt2"), chirpstack=("ELT2",)),
    elsys("ELT-2 HP", ttn=("elt-2-hp",), chirpstack=("ELT2 HP",)),
    elsys("ELT Lite", ttn=("elt-lite",)),
    elsys("ELT Ultrasonic", ttn=("elt-ultrasonic",)),
)
