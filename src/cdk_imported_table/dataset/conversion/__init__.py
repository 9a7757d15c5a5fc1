"""What DynamoDB does not import, as DynamoDB JSON: typed CSV, plain JSON, Parquet.

Each reader hands its records to `Records`, in DynamoDB JSON form, or says why one cannot be converted.
"""
