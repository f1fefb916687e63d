"""Child processes that the application starts, talks to and ends."""
