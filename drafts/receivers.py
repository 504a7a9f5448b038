"""What this app hears: signal -> one call."""
