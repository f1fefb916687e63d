"""Benchmarks: each compares ours with the plain way to do the same work, in the same run."""
