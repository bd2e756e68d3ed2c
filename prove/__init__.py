"""The long proofs: races, kills, crawls. Each module has `main(*, short)` and returns a verdict."""
