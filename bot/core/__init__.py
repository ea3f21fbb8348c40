"""What a command, a request, a reply and a platform are; no SDK, no SQL."""
