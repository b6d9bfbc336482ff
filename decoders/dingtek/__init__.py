"""Sensors of Dingtek (Beijing): short big-endian frames on fPort 3, from 80 to 81."""
