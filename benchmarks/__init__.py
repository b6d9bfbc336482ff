"""What the product claims about speed, measured: `make bench`, or `python -m benchmarks NAME …`."""

import gateway  # noqa: F401 - sets how many threads Polars has, which only counts before Polars is imported
