"""What a server keeps: rows in SQLite, bulk in files."""
