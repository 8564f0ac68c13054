import { afterEach, describe, expect, it } from 'vitest';
import type { ScriptedAws } from '../fixtures/scripted-aws.ts';
import { Fault, scriptAws } from '../fixtures/scripted-aws.ts';
import type { ScriptedStack } from '../fixtures/scripted-stack.ts';
import { scriptStack } from '../fixtures/scripted-stack.ts';
import type { PlanRequest } from '../index.ts';
import { openTarget, planStack } from '../index.ts';

/** Over what CloudFormation takes in a request, so that it goes through the bucket. */
const LARGE = { Size: { Value: 'x'.repeat(60_000) } };
const TEMPLATE = {
  Parameters: { ArtifactBucket: { Type: 'String' }, Level: { Type: 'String', NoEcho: true } },
  Resources: { News: { Type: 'AWS::SNS::Topic', Properties: {} } },
  Outputs: LARGE,
};
const DEPLOYED = { ArtifactBucket: 'artifacts', Level: '****' };
const NO_CHANGE = "The submitted information didn't contain changes.";

let aws: ScriptedAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

const plan = async (
  request: Partial<PlanRequest> = {},
  stack: Partial<ScriptedStack> = {},
  override: Parameters<typeof scriptAws>[0] = {},
) => {
  const templateBody = request.templateBody ?? JSON.stringify(request.template ?? TEMPLATE);
  const { script } = scriptStack('News', {
    status: 'UPDATE_COMPLETE',
    parameters: DEPLOYED,
    template: templateBody,
    changes: NO_CHANGE,
    ...stack,
  });
  const running = await scriptAws({ ...script, ...override });
  aws = running;
  const made = await planStack(
    openTarget({
      endpoint: running.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
    {
      stackName: 'News',
      template: TEMPLATE,
      templateBody,
      onProgress: () => undefined,
      signal: AbortSignal.timeout(20_000),
      command: (verb) => `node app.ts ${verb}`,
      ...request,
    },
  );
  return { made, aws: running };
};

it('tells a large template that is deployed as it stands unchanged, and asks for no change set and no object', async () => {
  const { made, aws: seen } = await plan();
  expect(made).toMatchObject({ kind: 'unchanged', changes: [] });
  expect(seen.actions).toContain('GetTemplate');
  expect(seen.actions).not.toContain('CreateChangeSet');
  expect(seen.objects).toEqual([]);
});

it('takes a value that the stack has already for no change', async () => {
  const { made, aws: seen } = await plan({ bucket: 'artifacts', parameters: {} });
  expect(made.kind).toBe('unchanged');
  expect(seen.actions).not.toContain('CreateChangeSet');
});

const withText = (text: string) => ({
  ...TEMPLATE,
  Outputs: { ...LARGE, Looked: { Value: text } },
});
const doubts: readonly (readonly [string, Parameters<typeof plan>])[] = [
  ['the deployed text is another', [{}, { template: '{"Resources":{}}' }]],
  [
    'the deployed text differs in white space',
    [{}, { template: JSON.stringify(TEMPLATE, null, 1) }],
  ],
  ['the stack was rolled back', [{}, { status: 'UPDATE_ROLLBACK_COMPLETE' }]],
  ['the archive would lie elsewhere', [{ bucket: 'another-bucket' }]],
  ['a hidden value is given', [{ parameters: { Level: '****' } }]],
  ['a tag is given', [{ tags: { team: 'imaging' } }]],
  ['a value is looked up', [{ template: withText('{{resolve:ssm:/level}}') }]],
  [
    'a parameter is looked up',
    [
      {
        template: {
          ...TEMPLATE,
          Parameters: {
            ...TEMPLATE.Parameters,
            Level: { Type: 'AWS::SSM::Parameter::Value<String>' },
          },
        },
      },
    ],
  ],
  ['a macro works on it', [{ template: { ...TEMPLATE, Transform: 'Mine' } as never }]],
  ['a stack is nested in it', [{ template: withText('AWS::CloudFormation::Stack') }]],
  ['a module is in it', [{ template: withText('Mine::MODULE') }]],
];

describe('leaves it to CloudFormation where', () => {
  it.each(doubts)('%s', async (_, args) => {
    const { made, aws: seen } = await plan(...args);
    expect(made.kind).toBe('unchanged');
    expect(seen.actions).toContain('CreateChangeSet');
    expect(seen.actions).toContain('DeleteChangeSet');
  });

  it('the deployed template may not be read', async () => {
    const { made, aws: seen } = await plan(
      {},
      {},
      {
        GetTemplate: () => new Fault('AccessDenied', 'no GetTemplate', 403),
      },
    );
    expect(made.kind).toBe('unchanged');
    expect(seen.actions).toContain('CreateChangeSet');
  });

  it('the template is short enough to be sent along', async () => {
    const { aws: seen } = await plan({ template: { ...TEMPLATE, Outputs: {} } as never });
    expect(seen.actions).not.toContain('GetTemplate');
    expect(seen.actions).toContain('CreateChangeSet');
  });
});
