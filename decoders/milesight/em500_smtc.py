"""Milesight EM500-SMTC: soil moisture, temperature, electrical conductivity.

Its records are those of the EM500-SMT: see `em500_smt`.

Source: https://github.com/Milesight-IoT/SensorDecoders (EM500-SMTC).
"""

from decoders.milesight._records import milesight
from decoders.milesight.em500_smt import RECORDS

DECODER = milesight("EM500-SMTC", RECORDS, ttn=("em500-smtc",))
