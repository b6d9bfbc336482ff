"""What Digital Matter's trackers share; little-endian, bits from the lowest one on.

Source: the decoders in https://github.com/TheThingsNetwork/lorawan-devices (vendor/digital-matter), facts only.
"""

from decoders.kit import Decoder, Layout

WEEK = 604_800


def digital_matter(
    model: str, name: str, *layouts: Layout, ttn: tuple[str, ...] = (), chirpstack: tuple[str, ...] = ()
) -> Decoder:
    """The decoder of one model."""
    return Decoder(
        id=f"digital-matter-{name}",
        vendor="Digital Matter",
        model=model,
        source=f"https://github.com/TheThingsNetwork/lorawan-devices, vendor/digital-matter/{name}.js",
        layouts=layouts,
        identifiers={
            "ttn": tuple(f"digital-matter/{n}" for n in (name, *ttn)),
            "chirpstack": (model, *chirpstack),
        },
    )
