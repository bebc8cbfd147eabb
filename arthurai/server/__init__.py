"""The embedded server: the whole API on one machine, in-process or over HTTP."""
