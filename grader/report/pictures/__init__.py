"""The geometry and the words of what pages show as SVG."""
