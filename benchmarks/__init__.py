"""What is fast, measured against a floor in the same run. Start with `python -m benchmarks`."""
