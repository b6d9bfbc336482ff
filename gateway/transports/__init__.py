"""Receive messages and acknowledge them only after the journal has them on disk."""
