"""What the engine plans badly, written so that it cannot: the same meaning, another order."""
