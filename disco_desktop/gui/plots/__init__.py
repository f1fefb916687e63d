"""Plots, drawn with Qt's painter alone: a plotting library and numpy would take 28 MB."""
