"""What people type, turned into clean values; nothing is saved here."""
