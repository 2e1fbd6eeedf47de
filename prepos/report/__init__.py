"""Show it: what a run found as one page, whole in itself."""
