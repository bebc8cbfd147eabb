"""What only programs of the official SDK import; the old module paths are aliases of these."""
