"""Sensors of Talkpool (Gothenburg): short big-endian frames."""
