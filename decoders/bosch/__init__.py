"""Sensors of Bosch Connected Devices and Solutions (Reutlingen)."""
