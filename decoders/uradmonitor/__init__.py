"""Air quality and radiation monitors of uRADMonitor (Timisoara)."""
