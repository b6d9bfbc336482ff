"""Sensors of Seeed SenseCAP (Shenzhen): two generations of records, and trackers."""
