"""Read notebooks as students hand them in, and parse their cells, without running them."""
