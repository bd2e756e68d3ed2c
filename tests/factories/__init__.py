"""People, places and things for tests, made the way the site makes them: through actions."""
