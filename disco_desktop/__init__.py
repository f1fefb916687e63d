"""Disco Desktop: people who hold private data train one model together without sharing it."""

__version__ = "0.1.0"
