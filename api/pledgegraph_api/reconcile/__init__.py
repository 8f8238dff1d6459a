"""``/reconcile``: which record a name means, for OpenRefine and other clients."""
