"""Sensors of Dragino (Shenzhen): fixed frames, mostly on fPort 2, big-endian, with a 14-bit battery voltage."""
