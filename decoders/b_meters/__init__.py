"""Water meters of B METERS (Gonars)."""
