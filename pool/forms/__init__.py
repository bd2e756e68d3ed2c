"""What people type and tap about experts, their papers and their hours; nothing is saved here."""
