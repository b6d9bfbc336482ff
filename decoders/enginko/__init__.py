"""Sensors of Enginko (mcf88, Milan): messages with their own clock."""
