"""Water and heat meters of Kamstrup (Skanderborg)."""
