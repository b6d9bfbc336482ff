"""Trackers of Abeeway (Actility, Sophia Antipolis)."""
