"""People counters of Parametric (Rotkreuz)."""
