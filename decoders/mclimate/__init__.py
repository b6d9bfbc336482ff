"""Sensors, thermostats and valves of MClimate (Sofia): a frame per model, also behind answers to commands."""
