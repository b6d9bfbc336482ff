"""What a person may change: tenants, owners, sites, devices, where they hang and what is known of them.

Every function checks first and says in words what is wrong; nothing is written before the whole change is right.

    entries.py   tenants, owners, sites, devices, further ids
    facts.py     what is known of a device for a time
    hanging.py   where devices hang
"""

from __future__ import annotations

from gateway.registry.hanging import Hanging


class Editing(Hanging):
    """Changes to the registry within one transaction."""
