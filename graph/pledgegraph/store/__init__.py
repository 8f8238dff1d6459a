"""The store: change log, snapshots, writer and engine."""
