"""Pressure, level and temperature sensors of Ellenex (Sydney)."""
