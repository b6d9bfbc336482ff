"""Water meters of Sensus (Xylem)."""
