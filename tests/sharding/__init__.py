"""Several processes that share one database by Discord's shards."""
