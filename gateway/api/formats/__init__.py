"""How resources are written: one module for each format."""
