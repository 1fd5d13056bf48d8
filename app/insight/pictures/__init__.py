"""Figures as pictures, good enough to be printed as they are: bars, columns over the years, and heat maps.

A figure becomes a chart (what is shown), the chart a drawing (where it stands), and the drawing SVG or PNG.
"""
