"""The long proofs: races, kills, crawls.

A module has `main(*, short)` and returns a verdict. A package is run as a program: it stops and
starts servers, so it holds its own.
"""
