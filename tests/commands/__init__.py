"""What people can say, from the chat to the database and back."""
