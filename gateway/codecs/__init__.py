"""Vendors' JavaScript codecs inside the gateway: run in a process of their own, their output turned into readings."""
