"""Units: which spellings mean the same, and how one becomes another.

Codes are UCUM (https://ucum.org). A conversion is `value * mul / div + add`: with integers the result is correctly
rounded (2345 mV is 2.345 V, not 2.3450000000000002).
"""

from __future__ import annotations

from typing import NamedTuple


class Conversion(NamedTuple):
    """`canonical = value * mul / div + add`."""

    mul: float = 1
    div: float = 1
    add: float = 0

    def __call__(self, value: float) -> float:
        """Convert one number."""
        return value * self.mul / self.div + self.add


IDENTITY = Conversion()

SPELLINGS: dict[str, str] = {
    "": "",
    "°C": "Cel", "degC": "Cel", "C": "Cel", "celsius": "Cel", "CEL": "Cel",
    "°F": "[degF]", "F": "[degF]", "degF": "[degF]", "fahrenheit": "[degF]",
    "%RH": "%", "%rh": "%", "percent": "%", "/": "1", "ratio": "1", "count": "1", "boolean": "1", "bool": "1",
    "µg/m³": "ug/m3", "μg/m³": "ug/m3", "µg/m3": "ug/m3", "μg/m3": "ug/m3", "ug/m³": "ug/m3", "ug.m-3": "ug/m3",
    "GQ": "ug/m3", "mg/m³": "mg/m3",
    "ppm": "[ppm]", "ppb": "[ppb]", "PPM": "[ppm]", "PPB": "[ppb]",
    "mBar": "mbar", "mB": "mbar", "inHg": "[in_i'Hg]", "psi": "[psi]",
    "kmh": "km/h", "kph": "km/h", "mph": "[mi_i]/h", "kn": "[kn_i]", "knots": "[kn_i]", "m/sec": "m/s",
    "°": "deg", "degree": "deg", "degrees": "deg", "grad": "deg",
    "W/m²": "W/m2", "lux": "lx", "klux": "klx", "l/m2": "mm", "l/m²": "mm", "L/m2": "mm", "in": "[in_i]",
    "inch": "[in_i]", "ft": "[ft_i]", "µm": "um", "μm": "um",
    "mm/hr": "mm/h", "l": "L", "litre": "L", "liter": "L", "m³": "m3", "hL": "hL", "dm3": "L",
    "l/h": "L/h", "l/min": "L/min", "L/s": "L/s", "l/s": "L/s", "m³/h": "m3/h",
    "kWh": "kW.h", "Wh": "W.h", "MWh": "MW.h", "GWh": "GW.h", "W-h": "W.h",
    "dB": "dB", "dBA": "dB(A)", "dB[SPL]": "dB(A)", "dBm": "dB[mW]", "dBm0": "dB[mW]", "dBW": "dB[W]",
    "uS/cm": "uS/cm", "µS/cm": "uS/cm", "μS/cm": "uS/cm", "pH": "[pH]", "sec": "s", "seconds": "s", "minutes": "min",
    "hours": "h", "days": "d", "mV": "mV", "µV": "uV", "g": "g", "gn": "[g]", "mg_n": "m[g]",
    "µSv/h": "uSv/h", "μSv/h": "uSv/h",
}  # fmt: skip

_UNITS: dict[str, dict[str, Conversion]] = {
    "Cel": {"K": Conversion(add=-273.15), "[degF]": Conversion(5, 9, -160 / 9), "cCel": Conversion(div=100)},
    "%": {"1": Conversion(100), "%{vol}": IDENTITY},
    "kPa": {
        "Pa": Conversion(div=1000), "hPa": Conversion(div=10), "mbar": Conversion(div=10), "bar": Conversion(100),
        "cbar": IDENTITY, "cb": IDENTITY,
    },
    "hPa": {
        "Pa": Conversion(div=100), "kPa": Conversion(10), "mbar": IDENTITY, "bar": Conversion(1000),
        "MPa": Conversion(10000), "[in_i'Hg]": Conversion(33.8638866667), "[psi]": Conversion(68.9475729318),
        "mm[Hg]": Conversion(1.33322387415), "m[H2O]": Conversion(98.0665),
    },
    "dS/m": {
        "mS/cm": IDENTITY, "uS/cm": Conversion(div=1000), "S/m": Conversion(10), "mS/m": Conversion(div=100),
        "uS/m": Conversion(div=100000),
    },
    "ug/m3": {"mg/m3": Conversion(1000), "ng/m3": Conversion(div=1000)},
    "mg/m3": {"ug/m3": Conversion(div=1000)},
    "[ppm]": {"[ppb]": Conversion(div=1000), "%": Conversion(10000), "1": Conversion(1000000)},
    "[ppb]": {"[ppm]": Conversion(1000)},
    "m/s": {
        "km/h": Conversion(10, 36), "[mi_i]/h": Conversion(44704, 100000), "[kn_i]": Conversion(1852, 3600),
        "cm/s": Conversion(div=100), "mm/s": Conversion(div=1000),
    },
    "mm": {
        "cm": Conversion(10), "m": Conversion(1000), "[in_i]": Conversion(254, 10), "um": Conversion(div=1000),
        "L/m2": IDENTITY,
    },
    "mm/h": {"mm/min": Conversion(60), "[in_i]/h": Conversion(254, 10), "m/s": Conversion(3600000)},
    "m": {
        "mm": Conversion(div=1000), "cm": Conversion(div=100), "dm": Conversion(div=10), "km": Conversion(1000),
        "[ft_i]": Conversion(3048, 10000), "[in_i]": Conversion(254, 10000), "um": Conversion(div=1000000),
    },
    "deg": {"rad": Conversion(57.29577951308232), "cdeg": Conversion(div=100)},
    "W/m2": {"kW/m2": Conversion(1000), "mW/cm2": Conversion(10)},
    "lx": {"klx": Conversion(1000)},
    "umol/m2/s": {"umol.m-2.s-1": IDENTITY},
    "m3": {
        "L": Conversion(div=1000), "hL": Conversion(div=10), "mL": Conversion(div=1000000), "dL": Conversion(div=10000),
        "[ft_i]3": Conversion(28316846592, 1000000000000), "[gal_us]": Conversion(3785411784, 1000000000000),
    },
    "m3/h": {
        "L/h": Conversion(div=1000), "L/min": Conversion(60, 1000), "L/s": Conversion(36, 10), "m3/s": Conversion(3600),
        "m3/min": Conversion(60),
    },
    "kW.h": {
        "W.h": Conversion(div=1000), "MW.h": Conversion(1000), "GW.h": Conversion(1000000),
        "J": Conversion(div=3600000), "kJ": Conversion(div=3600), "MJ": Conversion(10, 36), "GJ": Conversion(10000, 36),
    },
    "kV.A.h": {"V.A.h": Conversion(div=1000)},
    "W": {"kW": Conversion(1000), "mW": Conversion(div=1000), "MW": Conversion(1000000)},
    "V.A": {"kV.A": Conversion(1000)},
    "V": {"mV": Conversion(div=1000), "uV": Conversion(div=1000000), "kV": Conversion(1000)},
    "A": {"mA": Conversion(div=1000), "uA": Conversion(div=1000000)},
    "Ohm": {"kOhm": Conversion(1000), "MOhm": Conversion(1000000)},
    "Hz": {"kHz": Conversion(1000), "MHz": Conversion(1000000)},
    "s": {
        "ms": Conversion(div=1000), "us": Conversion(div=1000000), "min": Conversion(60), "h": Conversion(3600),
        "d": Conversion(86400),
    },
    "kg": {"g": Conversion(div=1000), "t": Conversion(1000), "mg": Conversion(div=1000000)},
    "m/s2": {
        "[g]": Conversion(9.80665), "m[g]": Conversion(980665, 100000000), "mg": Conversion(980665, 100000000),
        "g": Conversion(9.80665), "mm/s2": Conversion(div=1000),
    },
    "mg/L": {"ug/L": Conversion(div=1000), "g/L": Conversion(1000), "[ppm]": IDENTITY},
    "NTU": {"FNU": IDENTITY, "[NTU]": IDENTITY},
    "[pH]": {"1": IDENTITY},
    "uSv/h": {"nSv/h": Conversion(div=1000), "mSv/h": Conversion(1000)},
    "Bq/m3": {"kBq/m3": Conversion(1000)},
    "dB(A)": {"dB": IDENTITY},
    "dB[mW]": {"dBm": IDENTITY},
    "1": {"%": Conversion(div=100)},
    "N": {"kN": Conversion(1000)},
    "um/m": {"[ppm]": IDENTITY},
}  # fmt: skip


def normalise(unit: str) -> str:
    """The UCUM code of a spelling; a spelling that is not in the table is returned as it is."""
    return SPELLINGS.get(unit, unit)


def conversion(unit: str, canonical: str) -> Conversion | None:
    """How values in `unit` become values in `canonical` (both any spelling); None when they do not compare."""
    code, target = normalise(unit), normalise(canonical)
    if code in ("", target):
        return IDENTITY
    return _UNITS.get(target, {}).get(code)
