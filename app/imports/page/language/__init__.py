"""The words that pages are written in: what they mean, and how a text is cut into them."""
