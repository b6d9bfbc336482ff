"""How plain JSON, text and CSV bodies are read: `[sources.NAME.mapping]`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gateway.config.section import Section


class PlainField(Section):
    """One value of a plain message: where it stands and what it means.

    A path has dots between keys, `[2]` for a place in an array and `[type=P1]` for the object in an array whose `type`
    is "P1"; a backslash before a dot or bracket takes it literally. Paths start at the item of `items`.

    Attributes:
        path: where the value stands; "" is the whole body (a scalar as text). For SenML the name, for Cayenne LPP
            "channel.type" or "type".
        quantity: what it is; "topic:N" takes it from the topic. Absent: the last key of the path.
        unit: what it is in; a unit that the message itself gives (`unit_path`, "21.5 °C") wins.
        unit_path: where the message says the unit.
        channel: which of several alike; "topic:N" takes it from the topic.
        channel_path: where the message says the channel.
        time: where the value's own time stands (NGSI-LD: "temperature.observedAt").
        missing: values that mean "no value" (4000000.0 of an unused probe).
    """

    path: str
    quantity: str | None = None
    unit: str = ""
    unit_path: str | None = None
    channel: str = ""
    channel_path: str | None = None
    time: str | None = None
    missing: tuple[float, ...] = ()


class PlainMapping(Section):
    """How a plain JSON, text or CSV body becomes values.

    Attributes:
        device: path in the body (in the item, else at the top), or "topic:N" (the N-th level of the topic, from 0;
            negative from the end), or "query:NAME" for HTTP.
        items: path of an array of objects, each mapped alike; "" when the body is one object or one array.
        time: path of the event time (in the item, else at the top); absent means the receive time.
        time_format: "auto" tells epoch seconds, milliseconds, microseconds, nanoseconds and ISO 8601 apart.
        time_zone: zone of times that name none.
        fields: the values; empty means every key that is a canonical quantity id.
        decimal: decimal sign of numbers in text; "auto" reads 21,5 and 21.5 alike, and 1.234,5 as 1234.5.
        csv_columns: column names when the body is CSV lines.
    """

    device: str = "topic:-1"
    items: str = ""
    time: str | None = None
    time_format: Literal["auto", "iso", "s", "ms", "us", "ns"] = "auto"
    time_zone: str = "UTC"
    fields: tuple[PlainField, ...] = ()
    decimal: Literal["auto", ",", "."] = "auto"
    csv_columns: tuple[str, ...] = ()
    csv_delimiter: str = Field(";", min_length=1, max_length=1)
