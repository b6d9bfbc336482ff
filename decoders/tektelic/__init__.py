"""Sensors of TEKTELIC (Calgary): records of channel and type on fPort 10."""
