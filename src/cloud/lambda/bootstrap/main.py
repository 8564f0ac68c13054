"""The Python runtime of an execution environment: loads the handler, then asks the Runtime API for one event after another.

What it answers and prints follows AWS's own runtime client,
https://github.com/aws/aws-lambda-python-runtime-interface-client, and
https://docs.aws.amazon.com/lambda/latest/dg/python-context.html.
"""

import datetime
import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback

API = "/2018-06-01/runtime"
JSON_FORMAT = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
request_id = ""


class Formatter(logging.Formatter):
    """A record as Lambda writes it, in text or JSON."""

    def format(self, record):
        at = datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc)
        message = record.getMessage()
        if not JSON_FORMAT:
            text = f"[{record.levelname}]\t{at:%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03d}Z\t{request_id}\t{message}"
            return text + ("\n" + self.formatException(record.exc_info) if record.exc_info else "")
        line = {
            "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "level": record.levelname,
            "message": message,
            "logger": record.name,
            "requestId": request_id,
        }
        if record.exc_info:
            line["errorType"] = record.exc_info[0].__name__
            line["errorMessage"] = str(record.exc_info[1])
            line["stackTrace"] = traceback.format_tb(record.exc_info[2])
        return json.dumps(line, default=str)


class Identity:
    def __init__(self, given):
        self.cognito_identity_id = given.get("cognitoIdentityId")
        self.cognito_identity_pool_id = given.get("cognitoIdentityPoolId")


class Context:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    def __init__(self, headers):
        env = os.environ
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn")
        self.function_name = env["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = env["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = env["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = env["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.client_context = json.loads(headers.get("Lambda-Runtime-Client-Context") or "null")
        self.identity = Identity(json.loads(headers.get("Lambda-Runtime-Cognito-Identity") or "{}"))
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))


def described(error):
    """An error as the Runtime API takes it, without the frames of this file."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames),
    }


def told(fault):
    """The line of an error in the function's log."""
    if JSON_FORMAT:
        at = datetime.datetime.now(datetime.timezone.utc)
        print(json.dumps({"timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}", "log_level": "ERROR", **fault}), flush=True)
    else:
        frames = "".join(fault["stackTrace"])
        print(f"[ERROR] {fault['errorType']}: {fault['errorMessage']}\nTraceback (most recent call last):\n{frames}", flush=True)


def plain(value):
    """What JSON has no word for. AWS's runtime takes decimals and nothing else."""
    if type(value).__name__ == "Decimal":
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


class Fault(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def find_handler():
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    name = os.environ["_HANDLER"]
    module, _, function = name.rpartition(".")
    if not module:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)")
    try:
        found = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}") from error
    except SyntaxError as error:
        where = f"{error.filename} Line: {error.lineno}"
        raise Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error.msg} ({where})") from error
    if not hasattr(found, function):
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module}'")
    return getattr(found, function)


def main():
    global request_id
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def call(method, path, body=None, headers=None):
        connection.request(method, API + path, body, headers or {})
        response = connection.getresponse()
        return response, response.read()

    def fail(path, fault):
        told(fault)
        call("POST", path, json.dumps(fault), {"Lambda-Runtime-Function-Error-Type": fault["errorType"]})

    logger = logging.getLogger()
    output = logging.StreamHandler(sys.stdout)
    output.setFormatter(Formatter())
    logger.addHandler(output)
    if JSON_FORMAT:
        logger.setLevel(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO").replace("TRACE", "DEBUG"))
    try:
        handler = find_handler()
    except BaseException as error:
        fault = described(error)
        if isinstance(error, Fault):
            fault = {**fault, "errorType": error.kind, "stackTrace": []}
        fail("/init/error", fault)
        sys.exit(1)
    while True:
        response, event = call("GET", "/invocation/next")
        headers = response.headers
        request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
        path = f"/invocation/{request_id}"
        try:
            answer = handler(json.loads(event), Context(headers))
        except Exception as error:
            fail(f"{path}/error", described(error))
            continue
        try:
            body = json.dumps(answer, default=plain, ensure_ascii=False).encode()
        except (TypeError, ValueError) as error:
            message = f"Unable to marshal response: {error}"
            fail(f"{path}/error", {**described(error), "errorType": "Runtime.MarshalError", "errorMessage": message, "stackTrace": []})
            continue
        sys.stdout.flush()
        call("POST", f"{path}/response", body, {"Content-Type": "application/json"})


if __name__ == "__main__":
    main()
