"""What happens by itself: plan, deliver. The database row is the queue."""
