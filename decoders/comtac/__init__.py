"""Sensors and trackers of comtac (Flurlingen)."""
