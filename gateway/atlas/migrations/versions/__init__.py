"""Each version of the tables in a file."""
