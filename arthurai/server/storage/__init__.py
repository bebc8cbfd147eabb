"""What the server keeps: documents (SQLite) and the data of models (DuckDB)."""
