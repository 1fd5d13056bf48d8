"""What was made: documents, films and materials in sentences."""
