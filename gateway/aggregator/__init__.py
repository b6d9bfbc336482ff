"""Keeps the figures of every area up to date while observations arrive: dirty windows, revisions, queries.

    stored batch --touched--> dirty windows --worker--> site-hours with revision --query--> areas, any period

Only site-hours are kept with their past; days, months and areas are made from them when somebody asks, so an answer
`as_of` a moment is made of exactly what was known then.
"""
