"""Servers as the application sees them: the bundled one, others, and the tasks they offer."""
