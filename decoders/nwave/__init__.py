"""Parking sensors of Nwave (London): the fPort says what kind of message it is."""
