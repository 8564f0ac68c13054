import type { Change } from '@aws-sdk/client-cloudformation';
import { expect, it } from 'vitest';
import { readChanges } from './plan.ts';

const change = (resource: Change['ResourceChange']): Change => ({
  Type: 'Resource',
  ResourceChange: resource,
});

it('puts what is destroyed last, and says whether data is lost with it', () => {
  const changes = readChanges([
    change({
      Action: 'Remove',
      LogicalResourceId: 'Old',
      ResourceType: 'AWS::S3::Bucket',
      PolicyAction: 'Delete',
    }),
    change({
      Action: 'Remove',
      LogicalResourceId: 'Kept',
      ResourceType: 'AWS::S3::Bucket',
      PolicyAction: 'Retain',
    }),
    change({
      Action: 'Modify',
      LogicalResourceId: 'Table',
      ResourceType: 'AWS::DynamoDB::Table',
      Replacement: 'True',
      PolicyAction: 'ReplaceAndDelete',
    }),
    change({
      Action: 'Modify',
      LogicalResourceId: 'Topic',
      ResourceType: 'AWS::SNS::Topic',
      Replacement: 'Conditional',
    }),
    change({
      Action: 'Remove',
      LogicalResourceId: 'Role',
      ResourceType: 'AWS::IAM::Role',
      PolicyAction: 'Delete',
    }),
    change({ Action: 'Add', LogicalResourceId: 'New', ResourceType: 'AWS::SNS::Topic' }),
  ]);
  expect(
    changes.map(({ logicalId, action, losesData, retains }) => [
      logicalId,
      action,
      losesData,
      retains,
    ]),
  ).toEqual([
    ['New', 'add', false, false],
    ['Topic', 'may-replace', false, false],
    ['Table', 'replace', true, false],
    ['Kept', 'remove', false, true],
    ['Old', 'remove', true, false],
    ['Role', 'remove', false, false],
  ]);
});

it('lists a property once, with before and after, though CloudFormation gives it once per reason', () => {
  const changes = readChanges([
    change({
      Action: 'Modify',
      LogicalResourceId: 'Stamp',
      ResourceType: 'AWS::Lambda::Function',
      Replacement: 'False',
      Details: [
        {
          Target: { Attribute: 'Properties', Name: 'Role', RequiresRecreation: 'Never' },
          CausingEntity: 'StampRole.Arn',
        },
        {
          Target: {
            Attribute: 'Properties',
            Name: 'MemorySize',
            Path: '/Properties/MemorySize',
            BeforeValue: '128',
            AfterValue: '512',
            RequiresRecreation: 'Never',
          },
        },
        {
          Target: {
            Attribute: 'Properties',
            Name: 'MemorySize',
            Path: '/Properties/MemorySize',
            RequiresRecreation: 'Never',
          },
          CausingEntity: 'Size',
        },
      ],
    }),
  ]);
  expect(changes[0]?.properties).toEqual([
    { path: 'Properties.Role', recreates: 'never', causedBy: 'StampRole.Arn' },
    {
      path: '/Properties/MemorySize',
      before: '128',
      after: '512',
      recreates: 'never',
      causedBy: 'Size',
    },
  ]);
});
