"""A changes log that several nodes share: a NATS JetStream stream, which each node copies."""
