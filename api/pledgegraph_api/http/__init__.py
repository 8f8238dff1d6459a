"""HTTP as the endpoints need it: negotiation, parameters, entity tags, links."""
