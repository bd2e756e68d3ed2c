"""Who works here: organisations, their people, and who was invited."""
