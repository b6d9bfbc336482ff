"""Valves of Strega (Charleroi)."""
