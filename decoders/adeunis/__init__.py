"""Adeunis: sensors for buildings and industry."""
