"""Distance sensors and people counters of Terabee (Saint-Genis-Pouilly)."""
