"""From stored observations to values per Quartier: series-hour, site, period, area. Pure: frames in, frames out.

    observation --hourly--> series_hour --sites--> site_hour --periods--> site_period --spatial--> area_period

The law of this package: times come from the data, windows are half-open UTC intervals, every figure says how much
of its period it knows, and the same observations give the same figures in whatever order they arrived.
"""
