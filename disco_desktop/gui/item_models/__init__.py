"""Lists and tables for Qt's views."""
