"""Invented register values for demonstrations: 69 Quartiere, three years, three datasets. Nothing in it is real."""
