"""Watteco Triphas'O: three-phase meter; the endpoint is the phase.

There are no batches.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._reports import Model, watteco

DECODER = watteco(
    "Triphas'O",
    "triphaso",
    Model(endpoints={"phases": ()}, meter=True),
    ("triphaso",),
)
