"""Application services without a window and without torch."""
