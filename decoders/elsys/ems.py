"""Elsys EMS family: small indoor boxes for doors, desks and leaks.

Any fPort (5 by default), records of type and data, see `_tlv`:

    01 TTTT   int16, 0.1 degC        03 XXYYZZ   acceleration, 63 for 1 g    0F MM         movements
    02 HH     %RH                    0A PPPP     door openings              0B PPPPPPPP   door openings in all
    07 VVVV   uint16, mV             11 OO       occupancy of the desk      12 LL         leak, 0 to 255

Source: Elsys LoRa payload description, https://elsys.se/public/documents/Elsys-LoRa-payload.pdf.
"""

from decoders.elsys._tlv import elsys

DECODERS = (
    elsys("EMS", ttn=("ems",)),
    elsys("EMS Lite", ttn=("ems-lite",)),
    elsys("EMS Desk", ttn=("ems-desk",)),
    elsys("EMS Door", ttn=("ems-door",)),
)
