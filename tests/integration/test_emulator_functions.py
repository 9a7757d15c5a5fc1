"""The local AWS treats custom resources like CloudFormation: what the upload of the data rests on."""

from emulator.local_aws import LocalAws
from tests.integration.templates import Template, deploy, physical_id

# Puts an object into a bucket on Create, and removes it on Delete; answers as it is told.
CODE = """
import boto3, json, urllib.request
def handler(event, context):
    given = event["ResourceProperties"]
    bucket = boto3.resource("s3").Bucket(given["Bucket"])
    if event["RequestType"] == "Create":
        bucket.put_object(Key="object", Body=b"x")
    if event["RequestType"] == "Delete":
        bucket.Object("object").delete()
    status = given["Answer"] if event["RequestType"] == "Create" else "SUCCESS"
    answer = {
        "Status": status, "Reason": "as it was told", "PhysicalResourceId": "the-upload",
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    body = json.dumps(answer).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], data=body, method="PUT"))
"""


def resources(answer: str) -> dict[str, Template]:
    """Return a bucket, and a custom resource that fills it and then answers this."""
    assume = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [assume]}},
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Code": {"ZipFile": CODE},
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            },
        },
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}},
        "Upload": {
            "Type": "Custom::Upload",
            "Properties": {
                "ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]},
                "Bucket": {"Ref": "Bucket"},
                "Answer": answer,
            },
        },
    }


def test_a_custom_resource_is_created(aws: LocalAws, name: str) -> None:
    """Its function runs and its answer counts."""
    assert deploy(aws, name, **resources("SUCCESS")) == "CREATE_COMPLETE"
    assert physical_id(aws, name, "Upload") == "the-upload"


def test_a_failed_upload_is_deleted_in_the_rollback(aws: LocalAws, name: str) -> None:
    """It takes its objects away, so the bucket can go too."""
    assert deploy(aws, name, **resources("FAILED")) == "ROLLBACK_COMPLETE"
    assert ("Upload", "CREATE_FAILED", "as it was told") in [
        (event["LogicalResourceId"], event["ResourceStatus"], event.get("ResourceStatusReason"))
        for event in aws.events(name)
    ]
    assert [bucket for bucket in buckets(aws) if bucket.startswith(name)] == []


def buckets(aws: LocalAws) -> list[str]:
    """Return the names of all buckets."""
    return [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]]
