"""The commands that show the history and take changes back."""
