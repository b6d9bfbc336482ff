"""MCCI Catena 4802: climate, and registers of a Modbus device.

    port 4: flags for battery, system, boots, climate; then registers of 16 bits, whose meaning is the device's

Source: https://github.com/TheThingsNetwork/lorawan-devices (mcci/codec-catena4802.js), facts only.
"""

from decoders.mcci._flags import BATTERY, BOOTS, SYSTEM, Rest, Section, climate, mcci, message

SECTION = Section({0: BATTERY, 1: SYSTEM, 2: BOOTS, 3: climate(pressure=False, fine=True)})

DECODER = mcci(
    "Catena 4802",
    "catena4802",
    (message(4, SECTION, rest=Rest("analog_value", "register_")),),
    ("catena4802", "codec-catena4802"),
)
