"""Cayenne LPP (Low Power Payload): one list of records that many makers' devices share."""
