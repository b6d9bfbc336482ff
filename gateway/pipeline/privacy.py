"""The deny-list: identifiers of people must not pass, whoever sends them.

MAC addresses and BSSIDs of bystanders' devices, IMEIs, licence plates and faces are personal data; a message that
carries them is rejected and counted, and neither its value nor its body is written anywhere (a MAC address stays
personal data when it is hashed, so hashing is no way out).
"""

from __future__ import annotations

import re
from typing import Any

DENIED_KEY = re.compile(
    r"(?:^|[_\-. ])(?:mac|bssid|ssid|imei|imsi|iccid|plate|licen[cs]e_?plate|number_?plate|kennzeichen|face|faces|"
    r"face_?id|face_?image|mac_?addr(?:ess)?|bluetooth_?address|advertiser_?address)(?:$|[_\-. \d])",
    re.IGNORECASE,
)
DENIED_VALUE = re.compile(r"^(?:(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{12})$", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MAX_DEPTH = 32


def denied(value: Any, path: str = "", depth: int = 0) -> str | None:
    """The path of the first personal identifier in a JSON-like value, None when there is none.

    The path is safe to log: it names keys, never values.
    """
    if depth > _MAX_DEPTH:
        return None
    if isinstance(value, dict):
        for key, member in value.items():
            here = f"{path}.{key}" if path else str(key)
            name = str(key)
            if DENIED_VALUE.match(name):
                return f"{path}.<key>" if path else "<key>"
            if DENIED_KEY.search(_CAMEL.sub("_", name)) and member not in (None, "", [], {}):
                return here
            if (found := denied(member, here, depth + 1)) is not None:
                return found
    elif isinstance(value, list | tuple):
        for index, member in enumerate(value):
            if (found := denied(member, f"{path}[{index}]", depth + 1)) is not None:
                return found
    elif isinstance(value, str) and DENIED_VALUE.match(value):
        return path or "<body>"
    return None
