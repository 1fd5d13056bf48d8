"""What took place: activities in sentences, with their dates and places."""
