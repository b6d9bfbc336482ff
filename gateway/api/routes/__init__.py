"""Routes: one module for each resource, each with a function that gives its router."""
