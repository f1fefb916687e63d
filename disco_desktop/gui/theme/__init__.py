"""Light, dark and the system's theme: colours, palette, style sheet."""
