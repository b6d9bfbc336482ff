"""Sensors of Radio Bridge (MultiTech): one list of events for all."""
