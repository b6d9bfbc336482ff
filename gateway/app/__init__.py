"""Joins the stages into a running service. The only part that knows them all."""
