"""Air quality stations of Sting."""
