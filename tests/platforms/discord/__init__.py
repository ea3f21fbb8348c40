"""The Discord platform alone, on a simulated server."""
