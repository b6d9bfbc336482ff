"""People counters and comfort sensors of IMBuildings (Oosterhout)."""
