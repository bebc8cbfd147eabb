"""Models: describing them, sending their data, watching them."""
