"""Indicators: what law, weather service and city hall ask of the figures, answered with what the figures can prove."""
