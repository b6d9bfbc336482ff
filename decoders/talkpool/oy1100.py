"""Talkpool OY1100: air temperature and humidity.

Any fPort, 3 bytes (further groups of 3 are not described and not read): `TT HH th`, see `_values`; temperature with
sign, no offsets.
"""

from decoders.kit import Frame
from decoders.talkpool._values import climate, talkpool

DECODER = talkpool("OY1100", Frame(length=range(3, 52, 3), fields=climate(temperature=0, humidity=0)))
