"""What uRADMonitor's stations share, at the bytes where it lies in each.

    IIIIIIII HH FF tttttttt ... TTTT PPPP UU VVVVVV SS ... CC

- I: number of the device; H, F: hardware and firmware; C: checksum (its kind is not published)
- t: s since the start
- T: sign and magnitude, 0.01 degC
- P: Pa, less 65535
- U: 0.5 %RH
- V: resistance of the gas sensor, Ohm. The maker derives an index of the air quality from it: ln V + 0.04 RH, whole
- S: 0.5 dB(A)

Source: https://github.com/TheThingsNetwork/lorawan-devices (uradmonitor/a3.js, industrial.js), facts only.
"""

from math import log, trunc

from decoders.kit import AnyField, Computed, Decoder, Field, Layout, u8, u16, u24, u32


def air(byte: int) -> tuple[AnyField, ...]:
    """Temperature to sound, from `byte` on."""
    resistance = u24(byte + 5, "resistance", "Ohm", channel="gas")
    humidity = u8(byte + 4, "relative_humidity", "%", div=2)
    return (
        u32(6, "uptime", "s"),
        Field(quantity="air_temperature", unit="Cel", at=8 * byte, width=16, form="magnitude", div=100),
        u16(byte + 2, "air_pressure", "Pa", add=65535),
        humidity,
        resistance,
        Computed(
            quantity="iaq_index",
            unit="1",
            inputs=(resistance, humidity),
            function=lambda gas, moisture: float(trunc(log(gas) + 0.04 * moisture)),
        ),
        u8(byte + 8, "sound_level_a", "dB(A)", div=2),
    )


def uradmonitor(model: str, name: str, layout: Layout) -> Decoder:
    """The decoder of one model."""
    return Decoder(
        id=f"uradmonitor-{name}",
        vendor="uRADMonitor",
        model=model,
        source=f"https://github.com/TheThingsNetwork/lorawan-devices, vendor/uradmonitor/{name}.js",
        layouts=(layout,),
        identifiers={
            "ttn": (f"uradmonitor/uradmonitor-model-{name}", f"uradmonitor/model-{name}", f"uradmonitor/{name}"),
            "chirpstack": (model,),
        },
    )
