"""What Terabee's counters share: answers to commands, and their state.

Answers: `II ...` (index of the command, its value) or `FF II SS` (acknowledged, SS = FF: refused), the fPort is the
group of commands. Only the counts (fPort 2, index 2) are measurements.

Source: the decoders in https://github.com/TheThingsNetwork/lorawan-devices (vendor/terabee), facts only.
"""

from decoders.kit import AnyField, Decoder, Frame, Layout, When, flag, u32

COUNTS = (u32(0, "people_total", "1", channel="in"), u32(4, "people_total", "1", channel="out"))
COUNTS_ASKED_FOR = Frame(
    ports=2,
    length=9,
    when=When(at=0, equals=2),
    fields=(u32(1, "people_total", "1", channel="in"), u32(5, "people_total", "1", channel="out")),
)


def state(byte: int, *channels: str) -> tuple[AnyField, ...]:
    """One fault for each bit, from bit 0 on."""
    return tuple(flag(byte, bit, "fault", channel=channel) for bit, channel in enumerate(channels))


def terabee(model: str, name: str, *layouts: Layout, answers: tuple[int, ...] = ()) -> Decoder:
    """The decoder of one model; `answers` are the fPorts of answers to commands."""
    replies = (Frame(ports=answers, length=range(1, 60), note="answer to a command"),) if answers else ()
    return Decoder(
        id=f"terabee-{name}",
        vendor="Terabee",
        model=model,
        source=f"https://github.com/TheThingsNetwork/lorawan-devices, vendor/terabee/{name}.js",
        layouts=(*layouts, *replies),
        identifiers={"ttn": (f"terabee/{name}",), "chirpstack": (model,)},
    )
