"""IoT sensor ingestion gateway of a city: from uplinks to timeseries per Quartier."""
