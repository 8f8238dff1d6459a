"""What a write is: loading, attribution, tokens."""
