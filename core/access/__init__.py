"""Who may see and do what: regions, roles, sessions, one-time links."""
