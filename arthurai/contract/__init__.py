"""Does a server honour the spec, and what does a change of the spec break."""
