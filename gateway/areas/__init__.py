"""Areas of a city: their boundaries with validity, checked, indexed, and read from the formats authorities use."""
