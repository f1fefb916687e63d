"""Weights as one flat buffer, their manifest, files and bytes on the wire."""
