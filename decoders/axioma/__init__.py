"""Water meters of Axioma Metering (Kaunas)."""
