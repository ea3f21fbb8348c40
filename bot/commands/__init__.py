"""What people can say: one small file per family, one explicit table."""
