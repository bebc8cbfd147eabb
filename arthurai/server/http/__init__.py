"""The HTTP core of the embedded server: routing, validation, encoding and errors."""
