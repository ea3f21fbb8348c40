"""What is told to the operator's machines."""
