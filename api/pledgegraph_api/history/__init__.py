"""Past versions, change sets, feeds and dumps over HTTP."""
