"""Payload decoders: bytes in, readings out. A pure library that does not know the gateway.

    from decoders import registry

    decoder = registry.by_id("dragino-lht65n")
    readings, warnings = decoder.decode(bytes.fromhex("cbf60b0d0376010add7fff"), 2)

`decoders.kit` is what decoders are made of; `decoders/<vendor>/<model>.py` has one device (or variants that share a
layout), with its vectors in `<model>.toml` beside it.
"""
