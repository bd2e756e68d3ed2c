"""Pages of the pool: for coordinators the people, for an expert the own hours and profile."""
