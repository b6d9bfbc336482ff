"""M-Bus modules for heat meters of Elvaco (Kungsbacka)."""
