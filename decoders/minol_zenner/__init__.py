"""Meter modules of Minol ZENNER (Saarbruecken)."""
