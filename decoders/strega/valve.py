"""Strega Smart Valve, Smart Emitter, Smart Switch, Motorized Valve.

Any fPort, see `_status`.

Source: see `_status`.
"""

from decoders.strega._status import MOTOR, VALVE, strega

DECODERS = (
    strega("Smart Valve", "valve-smart", VALVE, ("smart-valve", "smart-emitter", "smart-switch")),
    strega("Motorized Valve", "valve-motorized", MOTOR, ("motorized-valve",)),
)
