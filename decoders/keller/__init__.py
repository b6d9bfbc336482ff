"""Pressure and level transmitters of KELLER (Winterthur)."""
