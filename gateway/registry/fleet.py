"""The registry's first form: devices with decoder, name, expected interval and tags, read from a TOML file.

[devices.a84041000181c061]
name = "Laurentiusplatz, Mast 4"
decoder = "dragino-lht65n"
expected_interval = 600      # s
tags = { quartier = "00" }

[devices.24e124136b326811]
codec = "codecs/em300-th.js"           # a vendor's codec, run as it is
mapping = "codecs/em300-th.toml"       # optional: its keys → quantity, unit, channel
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.config import read_file


class Device(BaseModel):
    """One registered device.

    Attributes:
        name: for people.
        decoder: id of a decoder; None: chosen by brand and model.
        codec: instead of a decoder, a vendor's JavaScript codec; relative to the file of the fleet.
        mapping: which of the codec's keys is which quantity; without it they are recognised by their names.
        expected_interval: s between two messages.
        tags: what else is known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    decoder: str | None = None
    codec: Path | None = None
    mapping: Path | None = None
    expected_interval: float = Field(600, gt=0)
    tags: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.codec is not None and self.decoder is not None:
            raise ValueError("either decoder or codec")
        if self.mapping is not None and self.codec is None:
            raise ValueError("mapping belongs to a codec")
        return self

    def beside(self, file: Path) -> Device:
        """The same with paths that are relative to the folder of `file` made whole."""
        if self.codec is None:
            return self
        mapping = file.parent / self.mapping if self.mapping is not None else None
        return self.model_copy(update={"codec": file.parent / self.codec, "mapping": mapping})


class _Fleet(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    devices: dict[str, Device] = {}


def load_fleet(path: Path | None) -> Mapping[str, Device]:
    """Devices by id (DevEUIs in lower case); raises ConfigError naming file, device and cause."""
    if path is None:
        return {}
    return {device.lower(): row.beside(path) for device, row in read_file(path, _Fleet).devices.items()}
