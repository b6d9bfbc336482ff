"""Elsys ESM5k: indoor sensor with temperature, humidity, light, movement and acceleration.

Any fPort (5 by default), records of type and data, see `_tlv`; the same list as all models of the maker.

Source: Elsys LoRa payload description, https://elsys.se/public/documents/Elsys-LoRa-payload.pdf.
"""

from decoders.elsys._tlv import elsys

DECODER = elsys("ESM5k", ttn=("esm5k",))
