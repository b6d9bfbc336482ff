"""Water meters of Quandify (Stockholm)."""
