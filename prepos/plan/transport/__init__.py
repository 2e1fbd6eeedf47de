"""The plan at scale: every SKU a small transportation problem, shared rows priced."""
