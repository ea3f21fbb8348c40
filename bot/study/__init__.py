"""The rules: pure functions in which `now` is an argument."""
