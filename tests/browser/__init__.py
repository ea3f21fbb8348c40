"""The demo in a real browser, driven over the DevTools protocol."""
