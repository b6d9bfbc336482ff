"""Meters and sensors of Ewattch (Saint-Die)."""
