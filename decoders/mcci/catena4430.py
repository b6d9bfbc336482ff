"""MCCI Catena 4430: climate, light, pellets and activity.

    port 2, format 22: time, then flags for battery, system, bus, boots, climate, light, two pellet feeders (all, and
    since the last message), activity, one number for each minute

Source: https://github.com/TheThingsNetwork/lorawan-devices (mcci/codec-port2-fmt2.js), facts only.
"""

from decoders.mcci._flags import (
    BATTERY,
    BOOTS,
    BUS,
    CLOCK,
    SYSTEM,
    WHITE,
    Block,
    Rest,
    Section,
    climate,
    mcci,
    message,
    number,
    several,
    signed_half,
)

PELLETS = several(
    *(
        block
        for n in "12"
        for block in (
            number(2, "pulse_count", channel=f"pellets_{n}"),
            number(1, "pulse_increment", channel=f"pellets_{n}"),
        )
    )
)
ACTIVITY = Block(0, (), lambda _: ())
AIR = climate(pressure=True, fine=True, heat=True)
SECTION = Section({0: BATTERY, 1: SYSTEM, 2: BUS, 3: BOOTS, 4: AIR, 5: WHITE, 6: PELLETS, 7: ACTIVITY})

DECODER = mcci(
    "Catena 4430",
    "catena4430",
    (message(2, SECTION, format_=0x22, head=(CLOCK,), rest=Rest("analog_value", "activity_", signed_half)),),
    ("catena4430", "codec-port2-fmt2"),
)
