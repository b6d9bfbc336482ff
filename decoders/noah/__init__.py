"""Waste-bin sensors of Noah."""
