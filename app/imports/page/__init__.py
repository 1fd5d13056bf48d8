"""Reads regional pages of prose: text or HTML in, drafts of actions with what belongs to them out."""
