"""Reading texts: from files to tokens in blocks."""
