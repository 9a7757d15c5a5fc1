"""Data on this machine: finding it, reading it, checking it, getting it ready for S3.

Plain Python: nothing in here imports `aws_cdk`, so it runs without Node.
"""
