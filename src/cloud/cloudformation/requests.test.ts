import {
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  ExecuteChangeSetCommand,
  GetTemplateSummaryCommand,
  ListExportsCommand,
  ListImportsCommand,
  ListStackSetsCommand,
  UpdateStackCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFakeQueues, queue, startStacks } from './fixtures/stacks.ts';

const fakes = createFakeQueues();
let cloud: Awaited<ReturnType<typeof startStacks>>;

beforeAll(async () => {
  cloud = await startStacks([fakes.provider]);
});
afterAll(() => cloud.stop());

const text = (template: object) => JSON.stringify(template);
const one = (name: string) => ({ Resources: { A: queue({ QueueName: name }) } });

describe('two clients at once', () => {
  it('cannot create one stack twice; the same token is the same request', async () => {
    const request = {
      StackName: 'twice',
      TemplateBody: text(one('twice')),
      ClientRequestToken: 'same',
    };
    const [first, second] = await Promise.all([
      cloud.client.send(new CreateStackCommand(request)),
      cloud.client.send(new CreateStackCommand(request)).catch((error: unknown) => error),
    ]);
    await cloud.settle();
    // Whichever came second was told what AWS tells: the same stack, or that it is there.
    if (second instanceof Error) expect(second.message).toBe('Stack [twice] already exists');
    else expect(second).toMatchObject({ StackId: first.StackId });
    const again = await cloud.client.send(new CreateStackCommand(request));
    expect(again.StackId).toBe(first.StackId);
    await expect(
      cloud.client.send(new CreateStackCommand({ ...request, ClientRequestToken: 'other' })),
    ).rejects.toThrow('Stack [twice] already exists');
    expect(fakes.calls.filter((call) => call === 'create A')).toHaveLength(1);
  });

  it('cannot both update, and cannot delete what is being updated', async () => {
    const { StackId } = await cloud.create('busy', one('busy'));
    const gate = fakes.hold('update', 'A');
    const change = (DelaySeconds: number) => ({
      Resources: { A: queue({ QueueName: 'busy', DelaySeconds }) },
    });
    await cloud.client.send(
      new UpdateStackCommand({ StackName: 'busy', TemplateBody: text(change(1)) }),
    );
    await gate.reached;
    await expect(
      cloud.client.send(
        new UpdateStackCommand({ StackName: 'busy', TemplateBody: text(change(2)) }),
      ),
    ).rejects.toThrow(`Stack:${StackId} is in UPDATE_IN_PROGRESS state and can not be updated.`);
    await expect(
      cloud.client.send(
        new CreateChangeSetCommand({
          StackName: 'busy',
          ChangeSetName: 'meanwhile',
          TemplateBody: text(change(2)),
        }),
      ),
    ).rejects.toThrow(/is in UPDATE_IN_PROGRESS state and can not be updated\./);
    await expect(cloud.client.send(new DeleteStackCommand({ StackName: 'busy' }))).rejects.toThrow(
      /cannot be deleted while in status UPDATE_IN_PROGRESS/,
    );
    gate.release();
    await cloud.settle();
    expect((await cloud.describe('busy')).StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('execute a change set once; others that were made for the same state are obsolete', async () => {
    await cloud.create('sets', one('sets'));
    const made = async (ChangeSetName: string, DelaySeconds: number) => {
      const { Id } = await cloud.client.send(
        new CreateChangeSetCommand({
          StackName: 'sets',
          ChangeSetName,
          TemplateBody: text({ Resources: { A: queue({ QueueName: 'sets', DelaySeconds }) } }),
        }),
      );
      return Id;
    };
    const [first, second] = [await made('first', 1), await made('second', 2)];
    const execute = (ChangeSetName: string | undefined) =>
      cloud.client.send(new ExecuteChangeSetCommand({ ChangeSetName }));
    const results = await Promise.allSettled([execute(first), execute(first)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await cloud.settle();
    await expect(execute(first)).rejects.toMatchObject({
      name: 'InvalidChangeSetStatusException',
    });
    await expect(execute(second)).rejects.toThrow(/OBSOLETE/);
    expect(fakes.queues.get('sets')).toMatchObject({ DelaySeconds: 1 });
  });
});

describe('requests that cannot be are refused in AWS’s words before anything is made', () => {
  const parameters = {
    Parameters: {
      Stage: { Type: 'String', AllowedValues: ['dev', 'prod'] },
      Name: { Type: 'String', AllowedPattern: '[a-z]+', MinLength: 3, MaxLength: 5 },
      Size: { Type: 'Number', MinValue: 1, MaxValue: 9 },
      Zone: {
        Type: 'String',
        Default: 'a',
        AllowedPattern: '[a-c]',
        ConstraintDescription: 'a zone is a, b or c',
      },
    },
    Resources: { A: queue() },
  };
  const good = { Stage: 'dev', Name: 'abcd', Size: '5' };
  const withParameters = (given: Readonly<Record<string, string>>) => ({
    StackName: 'refused',
    TemplateBody: text(parameters),
    Parameters: Object.entries(given).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
  });

  it.each([
    [{ Name: 'abcd' }, 'Parameters: [Stage, Size] must have values'],
    [{ ...good, Other: '1' }, 'Parameters: [Other] do not exist in the template'],
    [{ ...good, Stage: 'test' }, "Parameter 'Stage' must be one of AllowedValues"],
    [{ ...good, Name: 'ABCD' }, "Parameter 'Name' must match pattern [a-z]+"],
    [{ ...good, Name: 'ab' }, "Parameter 'Name' must contain at least 3 characters"],
    [{ ...good, Name: 'abcdef' }, "Parameter 'Name' must contain at most 5 characters"],
    [{ ...good, Size: '10' }, "Parameter 'Size' must be a number not greater than 9"],
    [{ ...good, Size: 'x' }, "Parameter 'Size' must be a number"],
    [{ ...good, Zone: 'z' }, 'Parameter Zone failed to satisfy constraint: a zone is a, b or c'],
  ])('parameters %j: %s', async (given, message) => {
    await expect(
      cloud.client.send(new CreateStackCommand(withParameters(given))),
    ).rejects.toMatchObject({ name: 'ValidationError', message: expect.stringContaining(message) });
  });

  it.each<[string, object | string, string]>([
    ['an empty one', {}, 'At least one Resources member must be defined.'],
    ['no template at all', 'hello', 'Template format error: unsupported structure.'],
    [
      'a reference to nothing',
      { Resources: { A: queue({ QueueName: { Ref: 'Nobody' } }) } },
      'Template format error: Unresolved resource dependencies [Nobody] in the Resources block of the template',
    ],
    [
      'a circle',
      {
        Resources: {
          A: queue({ QueueName: { Ref: 'B' } }),
          B: queue({ QueueName: { Ref: 'A' } }),
        },
      },
      'Circular dependency between resources: [A, B]',
    ],
    [
      'an unknown section',
      { Resources: { A: queue() }, Resource: {} },
      'Invalid template property or properties [Resource]',
    ],
    [
      'an output without a value',
      { Resources: { A: queue() }, Outputs: { X: { Description: 'none' } } },
      'Template format error: Every Outputs member must contain a Value object',
    ],
    [
      'a condition that is not there',
      { Resources: { A: queue({}, { Condition: 'Maybe' }) } },
      'Template format error: Unresolved condition dependency Maybe in the Resources block of the template',
    ],
  ])('templates: %s', async (_what, template, message) => {
    await expect(
      cloud.client.send(
        new ValidateTemplateCommand({
          TemplateBody: typeof template === 'string' ? template : text(template),
        }),
      ),
    ).rejects.toMatchObject({ name: 'ValidationError', message: expect.stringContaining(message) });
  });

  it('roles without their capability, names that are none, and what is not here', async () => {
    const role = (more: object) => ({
      Resources: {
        R: {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
            ...more,
          },
        },
      },
    });
    const create = (template: object) =>
      cloud.client.send(
        new CreateStackCommand({ StackName: 'refused', TemplateBody: text(template) }),
      );
    await expect(create(role({}))).rejects.toMatchObject({
      name: 'InsufficientCapabilitiesException',
      message: 'Requires capabilities : [CAPABILITY_IAM]',
    });
    await expect(create(role({ RoleName: 'own' }))).rejects.toThrow(
      'Requires capabilities : [CAPABILITY_NAMED_IAM]',
    );
    await expect(
      cloud.client.send(
        new CreateStackCommand({ StackName: 'not a name', TemplateBody: text(one('x')) }),
      ),
    ).rejects.toThrow(/failed to satisfy constraint: Member must satisfy regular expression/);
    await expect(cloud.client.send(new ListStackSetsCommand({}))).rejects.toThrow(/ListStackSets/);
    await expect(cloud.describe('refused')).rejects.toThrow('Stack with id refused does not exist');
  });
});

it('a template is summed up: parameters, capabilities and why, types', async () => {
  const template = {
    Description: 'Sums up',
    Parameters: {
      Days: { Type: 'Number', Default: 7, Description: 'How long', NoEcho: true },
    },
    Metadata: { Note: 'x' },
    Resources: {
      A: queue({ DelaySeconds: { Ref: 'Days' } }),
      P: {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] } },
      },
    },
  };
  expect(
    await cloud.client.send(new ValidateTemplateCommand({ TemplateBody: text(template) })),
  ).toMatchObject({
    Description: 'Sums up',
    Capabilities: ['CAPABILITY_IAM'],
    CapabilitiesReason: 'The following resource(s) require capabilities: [AWS::IAM::Role]',
    Parameters: [
      { ParameterKey: 'Days', DefaultValue: '7', NoEcho: true, Description: 'How long' },
    ],
  });
  const summary = await cloud.client.send(
    new GetTemplateSummaryCommand({ TemplateBody: text(template) }),
  );
  expect(summary).toMatchObject({
    Description: 'Sums up',
    Capabilities: ['CAPABILITY_IAM'],
    Metadata: '{"Note":"x"}',
    Parameters: [
      { ParameterKey: 'Days', ParameterType: 'Number', DefaultValue: '7', NoEcho: true },
    ],
  });
  expect([...(summary.ResourceTypes ?? [])].sort()).toEqual(['AWS::IAM::Role', 'AWS::SQS::Queue']);
});

describe('exports', () => {
  const exporter = (value: string) => ({
    Resources: { A: queue({ QueueName: 'exported' }) },
    Outputs: { Name: { Value: value, Export: { Name: 'shared-name' } } },
  });
  const importer = {
    Resources: { B: queue({ QueueName: { 'Fn::ImportValue': 'shared-name' } }) },
  };

  it('are had by others, and kept as they are while they are', async () => {
    await cloud.create('exporter', exporter('taken-in'));
    const imported = await cloud.create('importer', importer);
    expect(imported.StackStatus).toBe('CREATE_COMPLETE');
    expect(fakes.queues.has('taken-in')).toBe(true);
    const { Exports } = await cloud.client.send(new ListExportsCommand({}));
    expect(Exports).toMatchObject([{ Name: 'shared-name', Value: 'taken-in' }]);
    const { Imports } = await cloud.client.send(
      new ListImportsCommand({ ExportName: 'shared-name' }),
    );
    expect(Imports).toEqual(['importer']);

    const taken = await cloud.create('rival', exporter('other'));
    expect(taken.StackStatus).toBe('ROLLBACK_COMPLETE');
    const changed = await cloud.update('exporter', exporter('another'));
    expect(changed.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const told = (await cloud.events('exporter')).map(
      ({ ResourceStatusReason }) => ResourceStatusReason ?? '',
    );
    expect(told.join('\n')).toMatch(/shared-name.* in use by importer/);
    const kept = await cloud.delete('exporter');
    expect(kept).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: expect.stringMatching(
        /Export shared-name cannot be deleted as it is in use by importer/,
      ),
    });
    expect((await cloud.delete('importer')).StackStatus).toBe('DELETE_COMPLETE');
    expect((await cloud.delete('exporter')).StackStatus).toBe('DELETE_COMPLETE');
  });

  it('that are not there fail who imports them', async () => {
    const failed = await cloud
      .create('lonely', importer)
      .then(({ StackStatus }) => StackStatus)
      .catch((error: unknown) => String(error));
    expect(failed).toMatch(/ROLLBACK_COMPLETE|No export named shared-name found/);
  });
});

it('a service role does the work, and only what it may', async () => {
  const iam = new IAMClient({
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'deployer',
      AssumeRolePolicyDocument: text({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'cloudformation.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      }),
    }),
  );
  const template = {
    Resources: { T: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'by-role' } } },
  };
  const denied = await cloud.create('by-role', template, { RoleARN: Role?.Arn });
  expect(denied.StackStatus).toBe('ROLLBACK_COMPLETE');
  const reasons = (await cloud.events('by-role')).map(
    ({ ResourceStatusReason }) => ResourceStatusReason ?? '',
  );
  expect(reasons.join('\n')).toMatch(
    /assumed-role\/deployer\/AWSCloudFormation is not authorized to perform: (sns|SNS):CreateTopic/i,
  );
  await cloud.delete('by-role');
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'deployer',
      PolicyName: 'topics',
      PolicyDocument: text({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sns:*', Resource: '*' }],
      }),
    }),
  );
  expect((await cloud.create('by-role', template, { RoleARN: Role?.Arn })).StackStatus).toBe(
    'CREATE_COMPLETE',
  );
});
