"""Keeps the figures of every area up to date while observations arrive: dirty windows, revisions, queries.

    stored batch --touched--> dirty windows --worker--> site-hours with revision --query--> areas, any period

Only site-hours are kept with their past; days, months and areas are made from them when somebody asks, so an answer
`as_of` a moment is made of exactly what was known then. Where what is:

    what arrives      marking         the store, with a mark for each hour that a batch touches
                      dirty           marks that wait, also over a restart
                      reading         stored observations by number of their series
                      places          sites, installations, areas
    a round           worker          when there is one
                      engine          facts are looked at, what is dirty is recomputed
                      changes         from one plan to the next: when devices mean something else
                      adoption        what that makes dirty, which areas are made of other sites
                      recompute       marks in, new versions of site-hours out
                      ranges          which hours touched times reach
                      firsts          first readings of counters
                      edge            the last hours, extended by what is new; edge_layout, edge_sums: its arrays
                      rebuild         a time computed anew from the store
    what is kept      results         site-hours with their past, in aggregates.duckdb
                      results_file    the file and its tables; kept_plans, area_results: some of them
    an answer         question        what may be asked
                      query           who asks comes here
                      pieces          windows in order
                      known_hours     site-hours in windows, from what is kept or from observations
                      values          areas from site-hours
                      shown           rows
                      judging         indicators of areas; indicators: of sites
    what is written   written         areas in every period that changed
                      unwritten       what waits to be written
                      influx          into InfluxDB
    what is secret    gate            what may be published at all, and how fine
                      guard           which figures are confidential
                      judged_windows  which windows are judged, and which together
                      counts          sites of areas; nights: hours of the night
                      blanking        rows without them
"""
