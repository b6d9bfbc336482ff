"""What KELLER's channels are, by the kind of connection a device is set to.

Pressures are in bar, temperatures in degC. P1, P2 are the pressures of the probes (P1 (2), P1 (3): of further ones),
TOB the temperatures in them, PBaro and TBaro those of the transmitter. SDI-12 channels say what the probe says.

Source: KELLER's LoRa payload (https://docs.pressuresuite.com/sending-technology/lora-technology/keller-lora-payload/)
and https://github.com/TheThingsNetwork/lorawan-devices (keller/kellerpayload.js), facts only.
"""

from decoders.kit import Reading

PD_PROBES = ("water_pressure", "bar", "P1-P2")
PD_BARO = ("water_pressure", "bar", "P1-PBaro")
P1, P2 = (("water_pressure", "bar", name) for name in ("P1", "P2"))
T = ("water_temperature", "Cel", "T")
TOB1, TOB2 = (("water_temperature", "Cel", name) for name in ("TOB1", "TOB2"))
P_BARO, T_BARO = ("air_pressure", "bar", ""), ("air_temperature", "Cel", "")
V1, V2 = (("voltage", "V", name) for name in ("1", "2"))
T_EC = ("water_temperature", "Cel", "conductivity")
EC, EC_RAW = ("electrical_conductivity", "mS/cm", ""), ("electrical_conductivity", "mS/cm", "raw")
COUNTER = ("pulse_count", "1", "")


def _more(meaning: tuple[str, str, str], number: int) -> tuple[str, str, str]:
    """The same of another probe."""
    quantity, unit, channel = meaning
    return quantity, unit, f"{channel}-{number}".lstrip("-")


_DIFFERENCE = (P1, P2, T, TOB1, TOB2)
_BARO = (P_BARO, T_BARO)
_VOLTS = (V1, V2)

CONNECTIONS: dict[int, tuple[tuple[str, str, str], ...]] = {
    0: (PD_PROBES, *_DIFFERENCE),
    1: (PD_PROBES, *_DIFFERENCE),
    2: (PD_BARO, *_DIFFERENCE, *_BARO),
    3: (PD_BARO, *_DIFFERENCE, *_BARO),
    4: (PD_PROBES, *_DIFFERENCE, *_BARO, *_VOLTS),
    5: (PD_BARO, *_DIFFERENCE, *_BARO, *_VOLTS, PD_BARO),
    6: (PD_PROBES, *_DIFFERENCE, *_BARO, *_VOLTS, *(_more(P1, n) for n in range(2, 6)), COUNTER),
    7: (*_BARO, *_VOLTS, *(("analog_value", "1", f"sdi12-{n}") for n in range(1, 11))),
    8: (
        P1, TOB1, _more(P1, 2), _more(TOB1, 2), _more(P1, 3), _more(TOB1, 3), _more(P1, 4), _more(TOB1, 4),
        _more(P1, 5), _more(TOB1, 5), *_VOLTS, *_BARO, COUNTER,
    ),
    9: (PD_PROBES, P1, P2, T_EC, TOB1, TOB2, *_BARO, *_VOLTS, EC, EC_RAW),
    10: (PD_BARO, P1, P2, T_EC, TOB1, TOB2, *_BARO, *_VOLTS, EC, EC_RAW),
    11: (
        P1, TOB1, EC, T_EC, _more(P1, 2), _more(TOB1, 2), _more(EC, 2), _more(T_EC, 2), _more(P1, 3), _more(TOB1, 3),
        _more(EC, 3), _more(T_EC, 3), *_BARO, COUNTER,
    ),
    13: (
        P1, P2, TOB1, TOB2, _more(P1, 2), _more(P2, 2), _more(TOB1, 2), _more(TOB2, 2), *_BARO, *_VOLTS, COUNTER,
    ),
}  # fmt: skip
"""Kind of connection → what channels 1, 2, 3... are."""

QUANTITIES = tuple(dict.fromkeys(meaning for channels in CONNECTIONS.values() for meaning in channels))


def reading(connection: int, channel: int, value: float) -> Reading | None:
    """The reading of a channel (from 0); None when this kind of connection has no such channel."""
    channels = CONNECTIONS[connection]
    if channel >= len(channels):
        return None
    quantity, unit, name = channels[channel]
    return Reading(quantity, value, unit, name)
