"""Open-source devices without a maker."""
