"""Synthetic regions: a cast of invented people and a story that ends now. Never real data."""
