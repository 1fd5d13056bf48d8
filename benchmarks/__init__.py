"""How quick the registry is, measured: each module is a script."""
