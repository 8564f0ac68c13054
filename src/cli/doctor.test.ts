import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  ListExportsCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedProgram } from './fixtures/embedded-program.ts';
import { startEmbeddedProgram } from './fixtures/embedded-program.ts';

const PROGRAM = `import { main, resource, service } from 'sparta';
const log = resource('AWS::Logs::LogGroup', 'Log', { LogGroupName: '/kept' }, { deletionPolicy: 'Delete' });
await main(service('Keeper', { resources: [log, resource('AWS::SNS::Topic', 'Topic', {})] }));
`;

let program: EmbeddedProgram;
beforeEach(async () => {
  program = await startEmbeddedProgram(PROGRAM);
});
afterEach(() => program.stop());

const cfn = () => new CloudFormationClient(program.settings);
const logs = () => new CloudWatchLogsClient(program.settings);

describe('doctor', { timeout: 60_000 }, () => {
  it('says that a stack is not there, or healthy, and knows its ways by name', async () => {
    const nothing = await program.run(['doctor']);
    expect(nothing).toMatchObject({ code: 0, error: '' });
    expect(nothing.out).toContain('Keeper is not there');
    const wrong = await program.run(['doctor', '--do', 'magic']);
    expect(wrong.code).toBe(2);
    expect(wrong.error).toContain('continue-rollback');
    const closed = await program.run(['doctor', '--do', 'retry-delete']);
    expect(closed.code).toBe(2);
    expect(closed.error).toContain('retry-delete is no way out of the state that Keeper is in');
    expect((await program.run(['provision'])).code).toBe(0);
    const healthy = await program.run(['doctor']);
    expect(healthy).toMatchObject({ code: 0, error: '' });
    expect(healthy.out).toContain('Keeper  CREATE_COMPLETE  healthy');
  });

  it('leads out of a creation that failed, in the words that provision uses', async () => {
    await logs().send(new CreateLogGroupCommand({ logGroupName: '/kept' }));
    const failed = await program.run(['provision']);
    expect(failed.code).toBe(8);
    const refused = await program.run(['provision']);
    expect(refused.code).toBe(7);
    const told = await program.run(['doctor']);
    expect(told.code).toBe(7);
    expect(told.out).toContain('Keeper  ROLLBACK_COMPLETE  stuck');
    expect(told.out).toMatch(
      /First cause, \S+: Log \(AWS::Logs::LogGroup, app\.ts:2\) CREATE_FAILED/,
    );
    expect(told.out).toContain('1. start-over: deletes what is left and creates the stack anew');
    for (const line of told.out
      .split('\n')
      .filter((one) => /is left|First cause|start-over/.test(one)))
      expect(refused.error).toContain(line.trim());
    const json = await program.run(['doctor', '--json']);
    expect(json.code).toBe(7);
    expect(JSON.parse(json.out)).toMatchObject({
      kind: 'diagnosis',
      diagnosis: {
        status: 'ROLLBACK_COMPLETE',
        health: 'stuck',
        cause: { logicalId: 'Log', place: 'app.ts:2' },
        ways: [{ name: 'start-over', command: 'node app.ts doctor --do start-over' }],
      },
    });
    await logs().send(new DeleteLogGroupCommand({ logGroupName: '/kept' }));
    const healed = await program.run(['doctor', '--do', 'start-over']);
    expect(healed).toMatchObject({ code: 0, error: '' });
    expect(healed.out).toContain('✓ Keeper created');
    expect(healed.out).toContain('Keeper  CREATE_COMPLETE  healthy');
  });

  it('removes an export in two deployments', async () => {
    const exporter = {
      Resources: { Topic: { Type: 'AWS::SNS::Topic' }, Gone: { Type: 'AWS::SNS::Topic' } },
      Outputs: { TopicArn: { Value: { Ref: 'Gone' }, Export: { Name: 'keeper-topic' } } },
    };
    const importer = {
      Resources: {
        Mail: {
          Type: 'AWS::SNS::Topic',
          Properties: { DisplayName: { 'Fn::ImportValue': 'keeper-topic' } },
        },
      },
    };
    for (const [StackName, template] of [
      ['Keeper', exporter],
      ['Mailer', importer],
    ] as const) {
      await cfn().send(
        new CreateStackCommand({ StackName, TemplateBody: JSON.stringify(template) }),
      );
      await program.cloud.cloud.settle();
    }
    const refused = await program.run(['provision']);
    expect(refused.code).toBe(8);
    expect(refused.error).toContain('provision --keep-export keeper-topic');
    const wrong = await program.run(['provision', '--keep-export', 'other']);
    expect(wrong.code).toBe(2);
    expect(wrong.error).toContain('It exports keeper-topic.');
    const told = await program.run(['doctor']);
    expect(told.out).toContain('The export keeper-topic is imported by Mailer (in Mail).');
    const kept = await program.run(['doctor', '--do', 'keep-export']);
    expect(kept).toMatchObject({ code: 0, error: '' });
    expect(kept.out).toContain('✓ Keeper updated');
    expect(kept.out).toContain('the program no longer has Gone, which it names');
    expect((await cfn().send(new ListExportsCommand({}))).Exports).toHaveLength(1);
    await cfn().send(new DeleteStackCommand({ StackName: 'Mailer' }));
    await program.cloud.cloud.settle();
    expect((await program.run(['provision'])).code).toBe(0);
    expect((await cfn().send(new ListExportsCommand({}))).Exports).toEqual([]);
  });

  it('is not needed for drift: provision tells of it, and stops where it is asked to', async () => {
    expect((await program.run(['provision'])).code).toBe(0);
    await logs().send(new DeleteLogGroupCommand({ logGroupName: '/kept' }));
    const warned = await program.run(['provision']);
    expect(warned.code).toBe(0);
    expect(warned.out).toContain('Changed by hand since the last deployment:\n  - Log');
    const stopped = await program.run(['provision', '--drift', 'stop']);
    expect(stopped.code).toBe(11);
    expect(stopped.error).toContain('Log of Keeper was changed by hand, so nothing was deployed.');
    expect((await program.run(['provision', '--drift', 'ignore'])).out).not.toContain('by hand');
    const wrong = await program.run(['provision', '--drift', 'loudly']);
    expect(wrong.code).toBe(2);
    expect(wrong.error).toContain('It takes ignore, warn, stop.');
  });
});
