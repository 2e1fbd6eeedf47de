"""Peers: what others would forecast with, tuned with the same care, for the backtest alone."""
