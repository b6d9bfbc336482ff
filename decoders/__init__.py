"""Payload decoders: bytes in, readings out. A pure library that does not know the gateway."""
