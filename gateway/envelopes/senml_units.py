"""SenML units to UCUM: RFC 8428 section 12.1, the secondary units of RFC 8798 and later entries of IANA's registry.

Only what is written differently stands here. "C" and "F" are coulomb and farad in SenML and never degrees.
"""

from __future__ import annotations

UCUM: dict[str, str] = {
    "C": "A.s", "F": "A.s/V", "l": "L", "l/s": "L/s", "lat": "deg", "lon": "deg", "pH": "[pH]", "dBW": "dB[W]",
    "dBm": "dB[mW]", "Bspl": "B[SPL]", "count": "1", "/": "1", "%RH": "%", "%EL": "%", "EL": "s", "1/s": "/s",
    "1/min": "/min", "beat/min": "/min", "beats": "1", "B": "By", "VA": "V.A", "VAs": "V.A.s", "vars": "var.s",
    "kVA": "kV.A", "Ah": "A.h", "Wh": "W.h", "kWh": "kW.h", "VAh": "V.A.h", "kVAh": "kV.A.h", "varh": "var.h",
    "kvarh": "kvar.h", "Wh/km": "W.h/km", "KiB": "KiBy", "GB": "GBy", "B/s": "By/s", "MB/s": "MBy/s", "ppm": "[ppm]",
    "ppb": "[ppb]", "ppt": "[pptr]", "/100": "%", "/1000": "[ppth]", "mg/l": "mg/L", "ug/l": "ug/L", "g/l": "g/L",
}  # fmt: skip

PLACES = {"lat": "latitude", "lon": "longitude"}
"""Units that say what the value is of."""
