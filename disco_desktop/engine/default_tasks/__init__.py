"""The tasks that come with the application."""
