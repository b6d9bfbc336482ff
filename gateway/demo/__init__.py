"""A city to try the product on: embedded broker, simulated sensors that send real payload bytes, and the gateway."""
