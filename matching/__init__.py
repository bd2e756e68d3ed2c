"""The heart: measures and their clock, requests, ranking, waves and offers, the safety gate."""
