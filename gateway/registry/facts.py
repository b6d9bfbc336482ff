"""What is known of a device for a time: expected interval, modulus, class, calibration."""

from __future__ import annotations

from dataclasses import replace

from gateway.quantities import QUANTITIES
from gateway.registry.checks import check_interval, end_of, one_of, period
from gateway.registry.entries import Entries
from gateway.registry.errors import RegistryError
from gateway.registry.model import EVERY, Attribute, Device, Fact, Installation, Site
from gateway.registry.timeline import OPEN, Piece, assign

_LIMITS = {
    Attribute.EXPECTED: (1.0, 366 * 86400.0),
    Attribute.MODULUS: (1e-9, 2.0**64),
    Attribute.STAMPS_START: (0.0, 1.0),
    Attribute.CAPACITY: (0.0, 1e6),
    Attribute.SENSOR_CLASS: (1.0, 3.0),
    Attribute.FACTOR: (-1e9, 1e9),
    Attribute.SHIFT: (-1e9, 1e9),
    Attribute.MOBILE: (0.0, 1.0),
}


class Facts(Entries):
    """Changes of what holds, within one transaction."""

    def set_fact(self, fact: Fact, *, clear: bool = False) -> bool:
        """Say what holds for a device in `[fact.start, fact.stop)`; before and after it stays as it was.

        Args:
            fact: the value, and for which channel and quantity it holds.
            clear: take away what is known in that time.
        """
        self.must(Device, fact.device, "device")
        check_interval(fact.start, fact.stop, f"{fact.device} {fact.attribute}")
        one_of(fact.attribute, Attribute, "attribute")
        low, high = _LIMITS[Attribute(fact.attribute)]
        whole = fact.attribute in {Attribute.SENSOR_CLASS, Attribute.STAMPS_START, Attribute.MOBILE}
        if not low <= fact.value <= high or (whole and fact.value != int(fact.value)):
            raise RegistryError(
                f"{fact.attribute} {fact.value:g} liegt nicht zwischen {low:g} und {high:g}",
                f"{fact.attribute} {fact.value:g} is not within {low:g} to {high:g}",
                fact.attribute,
            )
        if fact.quantity != EVERY and fact.quantity not in QUANTITIES:
            raise RegistryError(
                f"Größe {fact.quantity!r} ist unbekannt", f"unknown quantity {fact.quantity!r}", "quantity"
            )
        if fact.site:
            self.must(Site, fact.site, "site")
        if fact.attribute == Attribute.MOBILE and fact.value and not clear:
            self._hangs_nowhere(fact)
        mine = [each for each in self.change.of_device(Fact, fact.device) if _scope(each) == _scope(fact)]
        before: list[Piece] = [(each.start, end_of(each.stop), each.value) for each in mine]
        after = assign(before, fact.start, end_of(fact.stop), None if clear else float(fact.value))
        if after == before:
            return False
        for each in mine:
            self.change.take(each)
        for start, stop, value in after:
            assert isinstance(value, float)
            self.change.put(replace(fact, start=start, stop=None if stop == OPEN else stop, value=value))
        return True

    def _hangs_nowhere(self, fact: Fact) -> None:
        if (fact.site, fact.channel, fact.quantity) != ("", EVERY, EVERY):
            raise RegistryError("mobil ist ein ganzes Gerät", "a device as a whole is mobile", "channel")
        for each in self.change.of_device(Installation, fact.device):
            if each.start < end_of(fact.stop) and fact.start < end_of(each.stop):
                raise RegistryError(
                    f"{fact.device} hängt {period(each.start, each.stop)} an {each.site} und kann "
                    f"{period(fact.start, fact.stop)} nicht mobil sein",
                    f"{fact.device} hangs at {each.site} {period(each.start, each.stop)}, it cannot be mobile then",
                    "mobile",
                )

    def calibrate(
        self, device: str, quantity: str, *, factor: float = 1.0, shift: float = 0.0, channel: str = EVERY,
        site: str = "", start: int = 0, stop: int | None = None,
    ) -> bool:  # fmt: skip
        """What a device says of `quantity` means `value * factor + shift` in `[start, stop)`.

        With `site` it holds only while the device hangs there; without, wherever it hangs. Returns whether anything
        differs.
        """
        differs = False
        for attribute, value in ((Attribute.FACTOR, factor), (Attribute.SHIFT, shift)):
            differs |= self.set_fact(
                Fact(device=device, site=site, channel=channel, quantity=quantity, attribute=attribute, start=start,
                     stop=stop, value=float(value))
            )  # fmt: skip
        return differs


def _scope(fact: Fact) -> tuple[str, str, str, str]:
    return fact.site, fact.channel, fact.quantity, fact.attribute
