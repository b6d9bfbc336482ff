"""Strips sensors of Sensative (Lund)."""
