"""Trackers of Digital Matter (Perth)."""
