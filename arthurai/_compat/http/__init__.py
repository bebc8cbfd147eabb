"""HTTP verbs for programs that call the API by path."""
