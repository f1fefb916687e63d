"""Networks in torch, built from a task's declarative architecture."""
