"""The next orders as distributions: one file a model, and widths, quantiles, groups."""
