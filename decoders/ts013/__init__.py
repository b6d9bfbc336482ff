"""Payload codecs in JavaScript after LoRa Alliance TS013, run as they are published.

    codec = Codec(Path("lht65n.js").read_text())
    codec.decode_uplink(bytes.fromhex("cbf60b0d0376010add7fff"), 2)   # {"data": {...}, "warnings": [], "errors": []}

Scripts, CommonJS and ES modules; `decodeUplink`, `normalizeUplink`, `encodeDownlink`, `decodeDownlink`, and what came
before them: `Decoder(bytes, port)` with `Converter` and `Validator`, `Decode(fPort, bytes, variables)`, `Encode`,
`Encoder`. A codec sees the language, `Buffer`, `atob`, `btoa` and `console`; no files, no network, no timers, no
`require`. Processor time, memory, stack and result are limited.
"""

from decoders.ts013.codec import Codec, Limits, reason_of

__all__ = ["Codec", "Limits", "reason_of"]
