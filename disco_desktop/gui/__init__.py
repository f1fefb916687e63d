"""The desktop application: everything that needs Qt, and nothing that needs torch."""
