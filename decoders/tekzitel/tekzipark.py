"""Tekzitel TekziPark: parking sensor, magnetometer and radar, hears Bluetooth beacons of cars.

    SS TT II              S: bit 7 occupied, 5 battery good, 4 obstructed, 3 seen by radar, 2 no beacon heard, 1 after
                          a reset, 0 keep alive; T: int8, degC; I: number of the place
    fPort 1, optionally:  RR BBBB ...     int8, dBm; identities of the beacons, uint16 each
    fPort 2:              xx yy zz XX YY ZZ FF OO DD    int8 deflection and baseline of the magnetometer; fault, radar's
                          obstruction and reflection

Source: https://github.com/TheThingsNetwork/lorawan-devices (tekzitel/tekzipark.js), facts only.
"""

from decoders.kit import Decoder, Field, Frame, flag, i8, u8

STATE = (
    flag(0, 7, "occupancy"),
    Field(quantity="battery_low", unit="1", at=(0, 5), width=1, table={0: 1, 1: 0}, default=1),
    flag(0, 4, "fault", channel="obstructed"),
    flag(0, 3, "occupied", channel="radar"),
    flag(0, 1, "device_state", channel="reset"),
    i8(1, "internal_temperature", "Cel"),
)
AXES = ("deflection-x", "deflection-y", "deflection-z", "baseline-x", "baseline-y", "baseline-z")

DECODER = Decoder(
    id="tekzitel-tekzipark",
    vendor="Tekzitel",
    model="TekziPark",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/tekzitel/tekzipark.js",
    layouts=(
        Frame(ports=1, length=(3, *range(4, 60, 2)), fields=(*STATE, i8(3, "rssi", "dB[mW]", channel="beacon"))),
        Frame(
            ports=2,
            length=12,
            fields=(
                *STATE,
                *(i8(byte, "analog_value", "1", channel=axis) for byte, axis in enumerate(AXES, 3)),
                u8(9, "fault_code", "1"),
                u8(10, "analog_value", "1", channel="obstruction"),
                u8(11, "analog_value", "1", channel="reflection"),
            ),
        ),
    ),
    identifiers={"ttn": ("tekzitel/tekzipark",), "chirpstack": ("TekziPark",)},
)
