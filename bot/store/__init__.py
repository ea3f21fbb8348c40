"""The only SQL: tables, engine, and functions that take a session and never commit."""
