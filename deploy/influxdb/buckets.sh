#!/bin/sh
# Runs once in InfluxDB's container, after the setup has made the bucket for observations: the bucket for figures.
set -eu
influx bucket create --name quartier --org "$DOCKER_INFLUXDB_INIT_ORG" --retention 0
