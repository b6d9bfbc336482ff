"""Pepperl+Fuchs: WILSEN sensors."""
