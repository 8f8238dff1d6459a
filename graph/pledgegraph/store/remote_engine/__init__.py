"""The engine of a service whose answers come from another program's store."""
