import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueueBench } from './fixtures/queue-bench.ts';
import { ACCOUNT, startQueueBench } from './fixtures/queue-bench.ts';

let bench: QueueBench;
beforeAll(async () => {
  bench = await startQueueBench();
});
afterAll(() => bench.stop());

const hmac = (key: Buffer | string, text: string) =>
  createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Signature Version 4 of a request without a query string. https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
const signed = (path: string, body: string, headers: Record<string, string>) => {
  const stamp = new Date(bench.clock.now()).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const all: Record<string, string> = {
    ...headers,
    host: new URL(bench.url).host,
    'x-amz-date': stamp,
  };
  const names = Object.keys(all).sort();
  const canonical = [
    'POST',
    path,
    '',
    ...names.map((name) => `${name}:${all[name]}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n');
  const scope = `${stamp.slice(0, 8)}/us-east-1/sqs/aws4_request`;
  const key = scope
    .split('/')
    .reduce<Buffer | string>((secret, part) => hmac(secret, part), 'AWS4test');
  const signature = hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n'));
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature.toString('hex')}`,
  };
};

const post = async (path: string, body: string, headers: Record<string, string>) => {
  const answer = await fetch(`${bench.url}${path}`, {
    method: 'POST',
    body,
    headers: signed(path, body, headers),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

/** A request as clients made it before 2023. */
const query = async (form: Record<string, string>, path = '/') => {
  const body = new URLSearchParams({ Version: '2012-11-05', ...form }).toString();
  const { status, text } = await post(path, body, {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
  });
  return { status, text };
};
const between = (text: string, tag: string) =>
  [...text.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map(([, inner = '']) => inner);

describe('the query protocol', () => {
  it('has flattened lists and maps, in requests and answers', async () => {
    const made = await query({
      Action: 'CreateQueue',
      QueueName: 'older',
      'Attribute.1.Name': 'VisibilityTimeout',
      'Attribute.1.Value': '40',
      'Attribute.2.Name': 'DelaySeconds',
      'Attribute.2.Value': '0',
      'Tag.1.Key': 'team',
      'Tag.1.Value': 'a&b',
    });
    const QueueUrl = `${bench.url}/${ACCOUNT}/older`;
    expect(made).toEqual({
      status: 200,
      text: expect.stringMatching(
        /^<CreateQueueResponse xmlns="http:\/\/queue\.amazonaws\.com\/doc\/2012-11-05\/"><CreateQueueResult><QueueUrl>.*<\/QueueUrl><\/CreateQueueResult><ResponseMetadata><RequestId>/,
      ),
    });
    expect(between(made.text, 'QueueUrl')).toEqual([QueueUrl]);
    const attributes = await query({
      Action: 'GetQueueAttributes',
      QueueUrl,
      'AttributeName.1': 'VisibilityTimeout',
      'AttributeName.2': 'QueueArn',
    });
    expect(between(attributes.text, 'Attribute')).toEqual([
      '<Name>QueueArn</Name><Value>arn:aws:sqs:us-east-1:000000000000:older</Value>',
      '<Name>VisibilityTimeout</Name><Value>40</Value>',
    ]);
    const tags = await query({ Action: 'ListQueueTags', QueueUrl });
    expect(between(tags.text, 'Tag')).toEqual(['<Key>team</Key><Value>a&amp;b</Value>']);
    await query({ Action: 'UntagQueue', QueueUrl, 'TagKey.1': 'team' });
    expect((await query({ Action: 'ListQueueTags', QueueUrl })).text).not.toContain('<Tag>');
    const listed = await query({ Action: 'ListQueues', QueueNamePrefix: 'older' });
    expect(between(listed.text, 'QueueUrl')).toEqual([QueueUrl]);
    const shared = await query({
      Action: 'AddPermission',
      QueueUrl,
      Label: 'all',
      'AWSAccountId.1': '111111111111',
      'AWSAccountId.2': '222222222222',
      'ActionName.1': 'SendMessage',
    });
    expect(shared.status).toBe(200);
    expect(JSON.parse((await bench.attribute(QueueUrl, 'Policy')) ?? '')).toMatchObject({
      Statement: [
        {
          Principal: {
            AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root'],
          },
        },
      ],
    });
  });

  it('carries messages', async () => {
    await query({ Action: 'CreateQueue', QueueName: 'letters' });
    const QueueUrl = `${bench.url}/${ACCOUNT}/letters`;
    const sent = await query({
      Action: 'SendMessage',
      QueueUrl,
      MessageBody: 'a <b> & c',
      'MessageAttribute.1.Name': 'Hello',
      'MessageAttribute.1.Value.DataType': 'String',
      'MessageAttribute.1.Value.StringValue': 'There',
      'MessageAttribute.2.Name': 'Bytes',
      'MessageAttribute.2.Value.DataType': 'Binary',
      'MessageAttribute.2.Value.BinaryValue': 'AAH+/w==',
      'MessageSystemAttribute.1.Name': 'AWSTraceHeader',
      'MessageSystemAttribute.1.Value.DataType': 'String',
      'MessageSystemAttribute.1.Value.StringValue': 'Root=1',
    });
    expect(between(sent.text, 'MD5OfMessageBody')).toEqual([
      createHash('md5').update('a <b> & c').digest('hex'),
    ]);
    const batch = await query({
      Action: 'SendMessageBatch',
      QueueUrl,
      'SendMessageBatchRequestEntry.1.Id': 'one',
      'SendMessageBatchRequestEntry.1.MessageBody': 'first',
      'SendMessageBatchRequestEntry.2.Id': 'two',
      'SendMessageBatchRequestEntry.2.MessageBody': 'second',
      'SendMessageBatchRequestEntry.2.DelaySeconds': '901',
    });
    expect(between(batch.text, 'SendMessageBatchResultEntry')).toHaveLength(1);
    expect(between(batch.text, 'BatchResultErrorEntry')).toEqual([
      expect.stringMatching(
        /^<Id>two<\/Id><SenderFault>true<\/SenderFault><Code>InvalidParameterValue<\/Code><Message>Value 901/,
      ),
    ]);
    const got = await query({
      Action: 'ReceiveMessage',
      QueueUrl,
      MaxNumberOfMessages: '10',
      'AttributeName.1': 'All',
      'MessageAttributeName.1': 'All',
    });
    expect(between(got.text, 'Body')).toEqual(['a &lt;b&gt; &amp; c', 'first']);
    expect(got.text).toContain('<Attribute><Name>AWSTraceHeader</Name><Value>Root=1</Value>');
    expect(got.text).toContain(
      '<MessageAttribute><Name>Bytes</Name><Value><BinaryValue>AAH+/w==</BinaryValue>'.replace(
        '<BinaryValue>',
        '<DataType>Binary</DataType><BinaryValue>',
      ),
    );
    const [first = '', second = ''] = between(got.text, 'ReceiptHandle');
    const hidden = await query({
      Action: 'ChangeMessageVisibilityBatch',
      QueueUrl,
      'ChangeMessageVisibilityBatchRequestEntry.1.Id': 'a',
      'ChangeMessageVisibilityBatchRequestEntry.1.ReceiptHandle': first,
      'ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout': '0',
    });
    expect(between(hidden.text, 'ChangeMessageVisibilityBatchResultEntry')).toEqual(['<Id>a</Id>']);
    const deleted = await query({
      Action: 'DeleteMessageBatch',
      QueueUrl,
      'DeleteMessageBatchRequestEntry.1.Id': 'a',
      'DeleteMessageBatchRequestEntry.1.ReceiptHandle': first,
      'DeleteMessageBatchRequestEntry.2.Id': 'b',
      'DeleteMessageBatchRequestEntry.2.ReceiptHandle': second,
    });
    expect(between(deleted.text, 'DeleteMessageBatchResultEntry')).toHaveLength(2);
    const empty = await query({ Action: 'ReceiveMessage', QueueUrl });
    expect(empty.text).toContain('<ReceiveMessageResult></ReceiveMessageResult>');
  });

  it('finds the queue in the path, too', async () => {
    await query({ Action: 'CreateQueue', QueueName: 'by-path' });
    const path = `/${ACCOUNT}/by-path`;
    const sent = await query({ Action: 'SendMessage', MessageBody: 'x' }, path);
    expect(sent.status).toBe(200);
    expect(await bench.bodies(`${bench.url}${path}`)).toEqual(['x']);
  });

  it('words errors in its own way', async () => {
    const QueueUrl = `${bench.url}/${ACCOUNT}/none`;
    const missing = await query({ Action: 'ReceiveMessage', QueueUrl });
    expect(missing).toEqual({
      status: 400,
      text: expect.stringContaining(
        '<Error><Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>The specified queue does not exist for this wsdl version.</Message></Error>',
      ),
    });
    const url = await bench.fifo();
    const incomplete = await query({
      Action: 'SendMessage',
      QueueUrl: url,
      MessageBody: 'x',
      MessageDeduplicationId: 'd',
    });
    expect(incomplete.text).toContain('<Code>MissingParameter</Code>');
    const wrong = await query({
      Action: 'ReceiveMessage',
      QueueUrl: url,
      MaxNumberOfMessages: '11',
    });
    expect(wrong.text).toContain('<Code>InvalidParameterValue</Code>');
    const handle = await query({ Action: 'DeleteMessage', QueueUrl: url, ReceiptHandle: 'x' });
    expect(handle).toMatchObject({
      status: 404,
      text: expect.stringContaining('<Code>ReceiptHandleIsInvalid</Code>'),
    });
    expect((await query({ Action: 'Nonsense' })).text).toContain('<Code>InvalidAction</Code>');
    expect((await query({ Action: 'PurgeQueue' })).text).toContain('queueUrl');
  });
});

it('the JSON protocol names both errors, the new one and the older', async () => {
  const call = (operation: string, input: object) =>
    post('/', JSON.stringify(input), {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
    });
  const missing = await call('GetQueueUrl', { QueueName: 'none' });
  expect(missing.status).toBe(400);
  expect(missing.headers.get('x-amzn-query-error')).toBe(
    'AWS.SimpleQueueService.NonExistentQueue;Sender',
  );
  expect(JSON.parse(missing.text)).toEqual({
    __type: 'com.amazonaws.sqs#QueueDoesNotExist',
    message: 'The specified queue does not exist.',
  });
  const wrong = await call('ReceiveMessage', {
    QueueUrl: await bench.queue(),
    MaxNumberOfMessages: 11,
  });
  expect(wrong.headers.get('x-amzn-query-error')).toBe('InvalidParameterValue;Sender');
  expect(JSON.parse(wrong.text)).toMatchObject({ __type: 'InvalidParameterValueException' });
  const incomplete = await call('SendMessage', { QueueUrl: await bench.fifo(), MessageBody: 'x' });
  expect(incomplete.headers.get('x-amzn-query-error')).toBe('MissingParameter;Sender');
});
