"""How Naast looks and speaks: the frame of a page, its parts, and the clock line."""
