"""The values that travel between the stages, and the Protocols of journal and store.

    transports --Received--> journal --Entry--> pipeline --Observation | Rejected--> store

Times on this path are integers: nanoseconds since 1970-01-01T00:00:00Z. They are exact, cheap to compare, and
what InfluxDB stores; `datetime` (always timezone-aware) begins at the edges (command line, API, configuration).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    import polars as pl

SECOND_NS = 1_000_000_000


class Received(msgspec.Struct, frozen=True, gc=False):
    """One message as it came in, before anything was understood of it.

    Attributes:
        source: name of the configured source ("chirpstack", "tts-wuppertal", "nbiot"); it decides the envelope.
        topic: the MQTT topic; for HTTP the path below /ingest/{source} with its query ("?event=up").
        body: the payload, byte for byte.
        received_at: our own clock when it arrived, ns since the epoch.
        retained: MQTT retain flag: old state, not a new measurement.
        duplicate: MQTT DUP flag: the broker says it may have sent this before.
        content_type: HTTP Content-Type or MQTT 5 content type, "" when unknown.
    """

    source: str
    topic: str
    body: bytes
    received_at: int
    retained: bool = False
    duplicate: bool = False
    content_type: str = ""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A message in the journal. `offset` grows by one from entry to entry and is never used twice."""

    offset: int
    received: Received


class TimeSource(StrEnum):
    """Which rung of the event-time ladder a time was taken from."""

    PAYLOAD = "payload"
    NETWORK = "network"
    RECEIVED = "received"


class Measured(msgspec.Struct, frozen=True, gc=False):
    """A value that an envelope or a decoder read, in the device's own unit.

    Attributes:
        quantity: a canonical id of `gateway/quantities.py`, or a name it lacks (then it is reported, not stored).
        value: number in `unit`; None says that the device reported this value as missing.
        unit: UCUM code; "" means the canonical unit.
        channel: which of several alike ("probe", "1", "in"); "" when there is one.
        time: ns since the epoch when the reading carries its own time, else None: the uplink's time holds.
    """

    quantity: str
    value: float | None
    unit: str = ""
    channel: str = ""
    time: int | None = None


class Radio(msgspec.Struct, frozen=True, gc=False):
    """How the uplink was heard: the best gateway's values. Units: dBm, dB, s."""

    rssi: float | None = None
    snr: float | None = None
    spreading_factor: int | None = None
    airtime: float | None = None
    gateway: str = ""


class Uplink(msgspec.Struct, frozen=True):
    """One message of a device, taken out of its network server's envelope.

    Attributes:
        device: stable id: DevEUI as 16 lower-case hex digits for LoRaWAN, the source's own id otherwise.
        time: event time by the ladder network → received (a payload's own times come with its readings).
        time_source: the rung `time` was taken from.
        port: LoRaWAN fPort, None when there is none.
        payload: bytes for a decoder, None when the envelope carries none (or it must not be decoded); an uplink
            without payload, measured values and codec output (MAC commands only) owes no observation.
        measured: values the envelope itself carries (plain JSON, SenML, battery status, normalised payloads). Beside
            a payload they are second choice: a decoder that reads the payload replaces them.
        decoded: the network server's own codec output, JSON-like, None when absent.
        hints: what may name a decoder, most trusted first ("tag:…", "tts:brand/model", "profile:…"), see `pipeline`.
        name: the device's display name in its network server, "" when unknown.
        dedup: the network's id of this uplink, joins `NetworkLog` to it; "" when there is none.
        location: (latitude, longitude, altitude m | None) in degrees WGS 84.
        clock_rejected: the network's (or the device's own) time was out of bounds; counted for each gateway and device.
        clock_gateway: the gateway whose clock was rejected, "" when it was no gateway's.
        simulated: test traffic of the network server: never counted as measured.
        tags: what the network server knows about the device.
        problems: parts of the message that could not be read beside those that could ("item 3: no time"); each
            becomes a dead letter, and the rest is stored.
    """

    device: str
    time: int
    time_source: TimeSource = TimeSource.NETWORK
    port: int | None = None
    payload: bytes | None = None
    measured: tuple[Measured, ...] = ()
    decoded: Any = None
    hints: tuple[str, ...] = ()
    name: str = ""
    dedup: str = ""
    counter: int | None = None
    radio: Radio | None = None
    location: tuple[float, float, float | None] | None = None
    clock_rejected: bool = False
    clock_gateway: str = ""
    simulated: bool = False
    tags: dict[str, str] = {}
    problems: tuple[str, ...] = ()


class Join(msgspec.Struct, frozen=True):
    """A device joined its network: it is alive, and counters start anew."""

    device: str
    time: int
    name: str = ""


class NetworkLog(msgspec.Struct, frozen=True):
    """What the network server says about a device or one of its uplinks (`dedup` names which)."""

    device: str
    time: int
    level: str
    code: str
    description: str
    dedup: str = ""


class Nothing(msgspec.Struct, frozen=True):
    """A message that is understood and means no observation (downlink acknowledgements, txack, ...)."""

    what: str


Event = Uplink | Join | NetworkLog | Nothing


class Flag(IntEnum):
    """QARTOD quality flags (IOC Manuals and Guides 54, vol. 3)."""

    GOOD = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


class Observation(msgspec.Struct, frozen=True, gc=False):
    """One point of a timeseries. The series is (device, channel, quantity); the value is in the canonical unit.

    `value` is None only with flag MISSING. `offset` is the journal entry it came from: store back ends may keep it.
    """

    device: str
    channel: str
    quantity: str
    time: int
    value: float | None
    flag: int
    offset: int


class Reason(StrEnum):
    """Why a message gave no observation: a closed set, counted one by one."""

    ENVELOPE = "envelope"
    """The body is not what the source's format promises."""
    UNSUPPORTED = "unsupported"
    """Well-formed, but of a kind that is not understood."""
    UNKNOWN_DEVICE = "unknown_device"
    """No decoder is known for this device."""
    ENCRYPTED = "encrypted"
    """The payload is still encrypted end to end."""
    DECODE = "decode"
    """The decoder refused the payload."""
    QUANTITY = "quantity"
    """Nothing in it is in the vocabulary, or a unit cannot be converted."""
    TIME = "time"
    """Every time in it is out of bounds."""
    PRIVACY = "privacy"
    """It carries personal identifiers; its body is not kept with the dead letter."""
    STORE = "store"
    """The timeseries database refused the point for good."""
    INTERNAL = "internal"
    """A fault of this program: it must be reported and repaired."""


class RejectedError(Exception):
    """A message cannot become observations: `reason` for machines, `detail` (no payload values) for people.

    `uplink` is what is known all the same (radio, counter, location) when only the payload is out of reach, as in an
    uplink that is still encrypted; it carries neither payload nor values.
    """

    def __init__(self, reason: Reason, detail: str, device: str = "", uplink: Uplink | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.device, self.uplink = reason, detail, device, uplink


class Rejected(msgspec.Struct, frozen=True):
    """A dead letter in the making: which entry gave nothing, and why."""

    entry: Entry
    reason: Reason
    detail: str
    device: str = ""


class Journal(Protocol):
    """What transports need of the journal."""

    async def append(self, messages: Sequence[Received]) -> int:
        """Make the messages durable (fsync) and return the offset of the last one.

        Raises:
            JournalUnavailableError: nothing was kept (disk full, stopped); the caller must not acknowledge.
        """


class JournalUnavailableError(Exception):
    """The journal cannot take messages now. `retry_after` is in seconds."""

    def __init__(self, detail: str, retry_after: float = 5.0) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class StoreUnavailableError(Exception):
    """The store cannot take points now; the same batch is to be written again later."""

    def __init__(self, detail: str, retry_after: float = 1.0) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Refused(msgspec.Struct, frozen=True):
    """A point that the database refuses for good, with its own words."""

    observation: Observation
    detail: str


class Store(Protocol):
    """A timeseries database. Last write wins for each (series, time); every call may block and runs off the loop."""

    def write(self, observations: Sequence[Observation], offset: int) -> Sequence[Refused]:
        """Store a batch that came from all journal entries up to and including `offset`.

        Writing the same batch again changes nothing. Returns the points that the database refuses for good; all
        others are durable.

        Raises:
            StoreUnavailableError: nothing is known to be stored; call again with the same batch.
        """

    def committed(self) -> int | None:
        """Offset of the last batch that is stored for good; None when the back end keeps no offsets (InfluxDB)."""

    def observations(
        self, device: str, quantity: str | None, start: int, stop: int, *, limit: int
    ) -> Sequence[Observation]:
        """Points of one device in `[start, stop)` ns in order of (time, channel, quantity), `limit` at most.

        `offset` is -1 where the back end does not keep it.
        """

    def keys(self, devices: Iterable[str], start: int, stop: int) -> Sequence[tuple[str, str, str, int]]:
        """(device, channel, quantity, time) of every stored point of these devices in `[start, stop)`."""

    def latest(self, device: str, start: int, stop: int) -> Sequence[Observation]:
        """The last point of each series of one device in `[start, stop)` ns, in order of (channel, quantity)."""

    def frames(self, quantity: str, start: int, stop: int) -> Iterator[pl.DataFrame]:
        """All points of one quantity in `[start, stop)` ns as dataframes that follow each other in time.

        Columns device, channel, time (Int64, ns), value (Float64, null where missing), flag (UInt8); sorted by device,
        channel, time. A frame holds at most about half a million rows, so that any range fits into memory.
        """

    def delete(self, keys: Sequence[tuple[str, str, str, int]]) -> None:
        """Remove exactly these points; keys that are not there are no error."""

    def ping(self) -> str:
        """Name and version of the database, for `gateway check`; raises StoreUnavailableError."""

    def close(self) -> None:
        """Release files and connections."""
