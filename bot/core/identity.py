"""What the tables know a person by: one text for all platforms together."""

BARE = "discord"
"""The platform whose ids stand alone, as they did before there was another; the others' have its name in front."""


def key_of(platform: str, person: str) -> str:
    """The key of somebody with that id on a platform. No two platforms share one."""
    return person if platform == BARE and ":" not in person else f"{platform}:{person}"


def account_of(key: str) -> tuple[str, str]:
    """The platform and the id there of a key."""
    platform, colon, person = key.partition(":")
    return (platform, person) if colon else (BARE, key)
