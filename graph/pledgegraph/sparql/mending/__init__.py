"""What the engine answers wrongly, put right in the text before it reaches the engine."""
