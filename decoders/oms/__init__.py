"""Meters that speak OMS (M-Bus, EN 13757), whoever makes them."""
