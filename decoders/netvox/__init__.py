"""Sensors of Netvox (Tainan): version, device type, kind of report and eight bytes, on fPort 6."""
