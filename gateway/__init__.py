"""IoT sensor ingestion gateway of a city: from uplinks to timeseries per Quartier."""

import os

# Before anything imports Polars. Its frames here are small, or worked on by threads of our own: more threads of Polars
# wait for work, spinning, for longer than they work (measured at the live edge: twice the processor time).
os.environ.setdefault("POLARS_MAX_THREADS", "1")
