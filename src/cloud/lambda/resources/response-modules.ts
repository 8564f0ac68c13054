// Code that stands in a template finds a module to answer CloudFormation with beside it: `cfn-response` in Node.js,
// `cfnresponse` in Python. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/cfn-lambda-function-code-cfnresponsemodule.html

const NODE = `const https = require('https');
exports.SUCCESS = 'SUCCESS';
exports.FAILED = 'FAILED';
exports.send = (event, context, Status, Data, PhysicalResourceId, NoEcho) =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({
      Status,
      Reason: 'See the details in CloudWatch Log Stream: ' + context.logStreamName,
      PhysicalResourceId: PhysicalResourceId || context.logStreamName,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
      NoEcho: NoEcho || false,
      Data,
    });
    const url = new URL(event.ResponseURL);
    const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
    const request = https.request(
      { hostname: url.hostname, port: 443, path: url.pathname + url.search, method: 'PUT', headers },
      (response) => {
        response.resume();
        if (typeof context.done === 'function') context.done();
        resolve();
      },
    );
    request.on('error', reject);
    request.end(body);
  });
`;

const PYTHON = `import json
import urllib.request

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False, reason=None):
    body = json.dumps({
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {context.log_stream_name}",
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"content-type": ""})
    with urllib.request.urlopen(request) as response:
        print("Status code:", response.status)
`;

/** The files of code that stands in a template. */
export const inlineFiles = (runtime: unknown, code: string): Readonly<Record<string, string>> =>
  String(runtime).startsWith('python')
    ? { 'index.py': code, 'cfnresponse.py': PYTHON }
    : { 'index.js': code, 'node_modules/cfn-response/index.js': NODE };
