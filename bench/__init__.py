"""Measurements against the goals of the design. `./naast bench [name]` runs them."""
