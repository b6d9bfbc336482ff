"""Sensors of Elsys (Umeå): records of type and big-endian data, the same list for all models, on any fPort."""
