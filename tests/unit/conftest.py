"""Unit tests: the template that comes out, and what is said on the way; no AWS, no network."""

import os

# CDK's own CloudFormation validator costs the first synth seconds; test_validated_synth.py has it on.
os.environ.setdefault("CDK_VALIDATION", "false")
