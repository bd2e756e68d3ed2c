"""What the pages of matching show: plain values, read once, in the words of the page."""
