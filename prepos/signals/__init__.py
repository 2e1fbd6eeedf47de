"""What is known before the cutoff, in units per period: one file a signal."""
