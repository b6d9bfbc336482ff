"""Sensors of Decentlab (Dübendorf): protocol 2, big-endian words behind a word of flags, on any fPort."""
