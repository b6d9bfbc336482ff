"""Sensors of Milesight (Xiamen): records of channel, type and little-endian data, on fPort 85."""
