"""Teneo IoT: fill level, soil moisture and carbon dioxide."""
