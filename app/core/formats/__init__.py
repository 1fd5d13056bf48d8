"""The formats of answers: one negotiation, and one writer for each format. It knows no domain."""
