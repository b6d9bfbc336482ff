"""Watteco (nke Watteco): sensors that speak a dialect of ZigBee clusters, and compressed batches."""
