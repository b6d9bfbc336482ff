"""What decoding costs: native decoders, a typical TS013 codec in this process, and in the codec process.

Native costs of single decoders: `python benchmarks/decoding.py ID...`.
"""

from __future__ import annotations

import statistics
import timeit
from functools import partial
from time import perf_counter, process_time

from decoders import registry, vectors
from decoders.ts013 import Codec
from gateway.codecs.decoder import CodecDecoder
from gateway.codecs.process import CodecProcess

ROUNDS, CALLS = 7, 2000
TYPICAL = """
// Records of channel and type, as the decoders of many makers are written.
function decodeUplink(input) {
  return {data: decode(input.bytes)};
}
function decode(bytes) {
  var decoded = {};
  for (var i = 0; i < bytes.length;) {
    var channel = bytes[i++], type = bytes[i++];
    if (channel === 0x01 && type === 0x75) { decoded.battery = bytes[i]; i += 1; }
    else if (channel === 0x03 && type === 0x67) { decoded.temperature = int16(bytes.slice(i, i + 2)) / 10; i += 2; }
    else if (channel === 0x04 && type === 0x68) { decoded.humidity = bytes[i] / 2; i += 1; }
    else { break; }
  }
  return decoded;
}
function uint16(bytes) { return (bytes[1] << 8) + bytes[0]; }
function int16(bytes) { var value = uint16(bytes); return value > 0x7fff ? value - 0x10000 : value; }
"""
PAYLOAD, PORT = bytes.fromhex("01755c03673401046865"), 85


def main() -> None:
    """Print the costs."""
    costs = {id_: cost for id_ in registry.all_decoders() if (cost := native(id_)) is not None}
    ordered = sorted(costs.values())
    print(f"native, {len(costs)} decoders: median {statistics.median(ordered):.1f} us, "
          f"90 % below {ordered[len(ordered) * 9 // 10]:.1f} us, largest {ordered[-1]:.1f} us")  # fmt: skip
    for id_ in ("dragino-lht65n", "milesight-em300-th", "elsys-ers-co2", "decentlab-dl-pm"):
        print(f"  {id_:20} {costs[id_]:6.1f} us")
    begin = perf_counter()
    codec = Codec(TYPICAL)
    print(f"TS013, loading the codec {(perf_counter() - begin) * 1e3:6.1f} ms")
    print(f"TS013, one call          {best(partial(codec.decode_uplink, PAYLOAD, PORT)):6.1f} us")
    with CodecProcess() as process:
        decoder = CodecDecoder("codec:typical", TYPICAL, None, process.run)
        for size in (1, 16, 256):
            decoder.decode_batch([(PAYLOAD, PORT, 0)] * size)
            begin, used = perf_counter(), process_time()
            for _ in range(CALLS // size + 1):
                decoder.decode_batch([(PAYLOAD, PORT, 0)] * size)
            count = (CALLS // size + 1) * size
            clock, here = (perf_counter() - begin) / count * 1e6, (process_time() - used) / count * 1e6
            print(
                f"TS013, codec process, batches of {size:3}: {clock:6.1f} us of clock, {here:5.1f} us of this process"
            )


def native(id_: str) -> float | None:
    """Us for a decoder's first normal vector; None when it has none."""
    decoder = registry.by_id(id_)
    assert decoder is not None
    prefix = next(p for p in sorted(registry.modules(), key=len, reverse=True) if id_ == p or id_.startswith(f"{p}-"))
    normal = [vector for vector in vectors.read(prefix) if vector.kind == "normal" and id_ in vector.decoders]
    return best(partial(decoder.decode, normal[0].payload, normal[0].port), 200) if normal else None


def best(call: partial[object], number: int = CALLS) -> float:
    """Us of processor time for each call, the best round."""
    return min(timeit.repeat(call, timer=process_time, number=number, repeat=ROUNDS)) / number * 1e6


if __name__ == "__main__":
    main()
