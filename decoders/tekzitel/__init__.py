"""Parking sensors of Tekzitel (Bengaluru)."""
