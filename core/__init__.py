"""Foundation: people, regions, permissions, clock, audit, outbox. Knows no word of the domain."""
