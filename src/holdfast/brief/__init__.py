"""The brief: the content once, figures as SVG, rendered to one HTML file."""
