"""A unique marker in every sensitive field, a whole journey, and a look into every sink."""
