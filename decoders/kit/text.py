"""Numbers in texts that devices pass on as they got them."""

from __future__ import annotations

import re

from decoders.kit.readings import Reading

_NUMBER = re.compile(rb"[+-]\d{1,12}(?:\.\d{1,12})?")
_ANSWER = re.compile(rb"([0-9A-Za-z])((?:[+-]\d{1,12}(?:\.\d{1,12})?)+)")


def sdi12(text: bytes, channel: str) -> list[Reading]:
    """Answers of SDI-12 probes: an address, then values that each begin with their sign ("a+1.6-0+25.7").

    What the values mean is not in the text: they are `analog_value`s of the channels "<channel>-<address>-<number>".
    Text around the answers (line ends, padding) is passed over.
    """
    found = []
    for answer in _ANSWER.finditer(text):
        address = answer[1].decode("ascii")
        for number, value in enumerate(_NUMBER.findall(answer[2]), 1):
            found.append(Reading("analog_value", float(value), "1", f"{channel}-{address}-{number}"))
    return found
