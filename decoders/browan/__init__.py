"""Sensors of Browan (Hsinchu): Tabs and MerryIoT, short little-endian frames with a status byte."""
