"""Keys: the first one, and the routes by which administrators make, list and revoke them."""
