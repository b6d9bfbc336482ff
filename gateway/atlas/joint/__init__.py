"""Registers beside sensors: columns of one value for each area, joined, warned about, correlated, made a burden index.

    released edition ──registered──▶ Column ┐
    sensor figures ────(the API)───▶ Column ┴─table──▶ rows, wide or long ; ──▶ correlation, burden

A register column holds one explicit reference date and is never interpolated; a sensor column holds one explicit
window. Nothing here reads anything but what the public may see.
"""
