"""A vendor's codec as a decoder of the pipeline: its output becomes readings.

In this order: what its own `normalizeUplink` says, what a mapping file says, what well-known keys and units say. Each
adds only what was not said before. Keys that nobody understands are reported with the name "key …".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from decoders.kit import DecodeError, Reading, Readings
from decoders.ts013.codec import MAX_SOURCE, reason_of
from gateway.codecs.mapping import Mapping, load_mapping
from gateway.codecs.process import CodecProcess, CodecProcessError, CodecRefusedError, Item, Runs
from gateway.codecs.recognise import recognise
from gateway.config import ConfigError
from gateway.envelopes.tts_normalized import measurements
from gateway.model import Uplink

PREFIX = "codec:"
_MILLION = 1_000_000


class Decodes(Protocol):
    """Any decoder, here or elsewhere."""

    @property
    def id(self) -> str:
        """Its name."""


class CodecDecoder:
    """Decodes with a codec file. Calls block until the codec process has answered."""

    def __init__(self, id_: str, source: str, mapping: Mapping | None, run: Runs) -> None:
        """`run` is `CodecProcess.run`."""
        self.id = id_
        self._source, self._mapping, self._run = source, mapping, run

    def decode(self, payload: bytes, port: int) -> Readings:
        """Readings of one payload; raises DecodeError."""
        found = self.decode_batch([(payload, port, 0)])[0]
        if isinstance(found, DecodeError):
            raise found
        return found

    def decode_batch(self, items: Sequence[tuple[bytes, int, int]]) -> list[Readings | DecodeError]:
        """Readings of many payloads, each (payload, fPort, time in ns), in order."""
        asked: list[Item] = [(payload, port, time // _MILLION) for payload, port, time in items]
        return [self._readings(result) for result in self._run(self._source, asked)]

    def _readings(self, result: dict[str, Any]) -> Readings | DecodeError:
        errors = result["errors"]
        if errors:
            return DecodeError(reason_of(errors), "; ".join(errors)[:300])
        readings, warnings, _ = to_readings(result["data"], result["normalized"], self._mapping)
        return Readings(readings, (*result["warnings"], *warnings))


def to_readings(
    data: Any, normalized: Any = None, mapping: Mapping | None = None
) -> tuple[tuple[Reading, ...], tuple[str, ...], tuple[str, ...]]:
    """A codec's output as readings, warnings, and the paths that were not understood.

    Paths that were not understood are readings too, named "key PATH": no quantity has such a name, so the pipeline
    reports them and stores nothing.
    """
    readings: list[Reading] = []
    warnings: list[str] = []
    if normalized is not None:
        values, problems = measurements(normalized)
        readings += [Reading(m.quantity, m.value, m.unit, m.channel, 0.0, m.time) for m in values]
        warnings += problems
    skip: frozenset[str] = frozenset()
    if mapping is not None:
        mapped, problems = mapping.read(data)
        said = {(r.quantity, r.channel) for r in readings}
        readings += [r for r in mapped if (r.quantity, r.channel) not in said]
        warnings += problems
        skip = mapping.skip
    unmapped: tuple[str, ...] = ()
    if mapping is None or mapping.recognise:
        found = recognise(data, known=frozenset(r.quantity for r in readings), skip=skip)
        readings += found.readings
        unmapped = () if normalized is not None else found.unmapped
    readings += [Reading(f"key {path[:80]}", None) for path in unmapped]
    return tuple(readings), tuple(warnings), unmapped


def recognised(decoded: Any) -> tuple[Reading, ...]:
    """Readings of a network server's own decoded object, () when nothing in it is understood."""
    found = recognise(decoded)
    return (*found.readings, *(Reading(f"key {path[:80]}", None) for path in found.unmapped)) if found.readings else ()


def load_codec(path: Path, mapping: Path | None, process: CodecProcess) -> CodecDecoder:
    """A decoder of a codec file and a mapping file; raises ConfigError naming file and cause."""
    source = read_source(path)
    known = load_mapping(mapping) if mapping is not None else None
    try:
        process.load(source)
    except (CodecRefusedError, CodecProcessError) as error:
        raise ConfigError(f"codec {path}: {error}") from error
    return CodecDecoder(f"{PREFIX}{path.stem}", source, known, process.run)


def read_source(path: Path) -> str:
    """The text of a codec file; raises ConfigError."""
    try:
        if path.stat().st_size > MAX_SOURCE:
            raise ConfigError(f"codec {path}: {path.stat().st_size} bytes; {MAX_SOURCE} are taken")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"codec {path}: {error}") from error


class Codecs:
    """The codecs that a fleet names, by decoder id ("codec:name"), and the process that runs them."""

    def __init__(self, process: CodecProcess | None = None) -> None:
        """No codec yet; the process is started with the first."""
        self._process = process or CodecProcess()
        self._decoders: dict[str, CodecDecoder] = {}
        self._files: dict[str, tuple[Path, Path | None]] = {}

    def __bool__(self) -> bool:
        return bool(self._decoders)

    def add(self, path: Path, mapping: Path | None) -> str:
        """Load a codec and give its id; the same again is no second one. Raises ConfigError."""
        id_, files = f"{PREFIX}{path.stem}", (path, mapping)
        if self._files.setdefault(id_, files) != files:
            raise ConfigError(f"codec {path}: {id_} is also {self._files[id_]}; each name has one file and one mapping")
        if id_ not in self._decoders:
            self._decoders[id_] = load_codec(path, mapping, self._process)
        return id_

    def by_id(self, id_: str) -> CodecDecoder | None:
        """The codec with this id."""
        return self._decoders.get(id_)

    def __call__(self, asked: Sequence[tuple[Decodes, Uplink]]) -> dict[int, Readings | DecodeError]:
        """Decode what belongs to codecs, each codec's payloads together; results by `id(uplink)`."""
        groups: dict[str, list[Uplink]] = {}
        for decoder, uplink in asked:
            if decoder.id in self._decoders:
                groups.setdefault(decoder.id, []).append(uplink)
        found: dict[int, Readings | DecodeError] = {}
        for id_, uplinks in groups.items():
            items = [(uplink.payload or b"", uplink.port or 0, uplink.time) for uplink in uplinks]
            results = self._decoders[id_].decode_batch(items)
            found.update(zip(map(id, uplinks), results, strict=True))
        return found

    def close(self) -> None:
        """End the process."""
        self._process.close()
