"""What pages of scheduling show, put together from several questions."""
