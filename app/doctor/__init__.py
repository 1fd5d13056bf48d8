"""What `mieux doctor` looks at: settings, machine, database and what the database holds."""
