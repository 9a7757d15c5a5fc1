"""Which imported tables a deploy would replace: plain Python on templates; no CDK, no Node, no data."""
