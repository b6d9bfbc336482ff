"""Where devices hang: installed, taken down, moved, retired."""

from __future__ import annotations

from dataclasses import replace

from gateway.registry.checks import check_interval, end_of, period, shown
from gateway.registry.errors import RegistryError
from gateway.registry.facts import Facts
from gateway.registry.model import EVERY, Attribute, Device, Fact, Installation, Site


class Hanging(Facts):
    """Changes of installations, within one transaction."""

    def install(self, new: Installation) -> bool:
        """Hang a device, or one channel of it, at a site in `[start, stop)`.

        Raises:
            RegistryError: it hangs somewhere at that time, is mobile, or the interval is upside down.
        """
        device = self.must(Device, new.device, "device")
        self.must(Site, new.site, "site")
        check_interval(new.start, new.stop, f"{new.device} an/at {new.site}")
        if device.mobile:
            raise RegistryError(
                f"{new.device} ist mobil und hat keinen festen Standort",
                f"{new.device} is mobile: it has no site",
                "site",
            )
        for fact in self.change.of_device(Fact, new.device):
            moving = fact.attribute == Attribute.MOBILE and fact.value
            if moving and fact.start < end_of(new.stop) and new.start < end_of(fact.stop):
                raise RegistryError(
                    f"{new.device} ist {period(fact.start, fact.stop)} mobil und hat dann keinen festen Standort",
                    f"{new.device} is mobile {period(fact.start, fact.stop)}: it has no site then",
                    "site",
                )
        hung = [each for each in self.change.of_device(Installation, new.device) if each.channel == new.channel]
        if new in hung:
            return False
        for each in hung:
            if each.start < end_of(new.stop) and new.start < end_of(each.stop):
                if each.site == new.site:
                    raise RegistryError(
                        f"{new.device} hängt schon {period(each.start, each.stop)} an {each.site}",
                        f"{new.device} hangs at {each.site} already, {period(each.start, each.stop)}",
                        "start",
                    )
                which = "" if new.channel == EVERY else f" (Kanal/channel {new.channel!r})"
                raise RegistryError(
                    f"{new.device}{which} kann nicht an zwei Standorten zugleich sein: es hängt an {each.site} "
                    f"{period(each.start, each.stop)}, verlangt ist {new.site} {period(new.start, new.stop)}",
                    f"a device cannot be at two sites at once: {each.site} and {new.site} overlap",
                    "site",
                )
        self.change.put(new)
        return True

    def uninstall(self, old: Installation) -> None:
        """Take back an installation that never was."""
        self.change.take(old)

    def end(self, device: str, at: int, channel: str = EVERY) -> Installation:
        """The device is taken down at `at`; returns what it hung at."""
        current = self.installation_at(device, at - 1, channel)
        if current is None:
            raise RegistryError(
                f"{device} hängt {shown(at)} an keinem Standort", f"{device} hangs at no site at {shown(at)}", "stop"
            )
        self.change.put(replace(current, stop=at))
        return current

    def move(self, device: str, site: str, at: int, channel: str = EVERY) -> None:
        """From `at` the device hangs at another site."""
        self.must(Site, site, "site")
        current = self.end(device, at, channel)
        self.install(replace(current, site=site, start=at, stop=current.stop))

    def correct(self, old: Installation, new: Installation) -> bool:
        """Say that an installation was other than noted: site, start, stop or channel."""
        if old == new:
            return False
        if old not in self.change.of_device(Installation, old.device) or old.device != new.device:
            raise RegistryError(f"{old.device}: keine solche Installation", "there is no such installation", "start")
        self.change.take(old)
        return self.install(new)

    def installation_at(self, device: str, moment: int, channel: str = EVERY) -> Installation | None:
        """Where the device hung at a moment."""
        self.must(Device, device, "device")
        for each in self.change.of_device(Installation, device):
            if each.channel == channel and each.start <= moment < end_of(each.stop):
                return each
        return None

    def retire(self, device: str, at: int) -> None:
        """Take a device out of service: what hangs of it at `at` ends then."""
        known = self.must(Device, device, "device")
        for each in self.change.of_device(Installation, device):
            if each.start >= at:
                raise RegistryError(
                    f"{device} ist ab {shown(each.start)} an {each.site} installiert, erst danach kann es enden",
                    f"{device} is installed at {each.site} from {shown(each.start)}, it cannot end before that",
                    "stop",
                )
            if each.stop is None or each.stop > at:
                self.change.put(replace(each, stop=at))
        self.change.put(replace(known, retired_at=at))
