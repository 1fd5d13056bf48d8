"""What is looked through: what each record says, and how that is kept in step with the record."""
