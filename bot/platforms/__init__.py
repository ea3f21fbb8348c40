"""The only place where a chat SDK is imported; a folder per platform."""
