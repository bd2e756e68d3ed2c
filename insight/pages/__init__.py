"""What pages of insight show, ready to be put into words and drawn."""
