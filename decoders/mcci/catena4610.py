"""MCCI Catena 4610: climate and light.

    port 1, formats 14 (with pressure and irradiance) and 1A (with illuminance): flags for battery, system, boots,
    climate, light

Source: https://github.com/TheThingsNetwork/lorawan-devices (mcci/codec-catena4610.js), facts only.
"""

from decoders.mcci._flags import BATTERY, BOOTS, LUX, SYSTEM, WHITE, Section, climate, mcci, message

AIR, DRY = (climate(pressure=pressure, fine=True, heat=True) for pressure in (True, False))

DECODER = mcci(
    "Catena 4610",
    "catena4610",
    (
        message(1, Section({0: BATTERY, 1: SYSTEM, 2: BOOTS, 3: AIR, 4: WHITE}), format_=0x14),
        message(1, Section({0: BATTERY, 1: SYSTEM, 2: BOOTS, 3: DRY, 4: LUX}), format_=0x1A),
    ),
    ("catena4610", "codec-catena4610"),
)
