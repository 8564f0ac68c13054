import { createHash } from 'node:crypto';
import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import { parsePolicy } from '../../../../iam/index.ts';
import { AwsError } from '../../../core/aws-error.ts';
import type { OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import { invalid, resourceNotFound } from '../errors.ts';
import { POLICY_BYTES } from '../limits.ts';
import type { DynamodbState } from '../state.ts';
import { findTable } from '../state.ts';
import type { TableRecord } from '../storage/index.ts';

/** @throws {ValidationException} for what is no resource policy */
export const readPolicy = (text: string): string => {
  if (Buffer.byteLength(text) > POLICY_BYTES)
    throw invalid(`The policy is larger than ${POLICY_BYTES} bytes.`);
  try {
    parsePolicy(text, 'resource');
  } catch (error) {
    throw invalid(`Invalid policy document: ${error instanceof Error ? error.message : ''}`);
  }
  return text;
};

/** A number that changes with the policy, as AWS's revision does. */
const revisionOf = (policy: string): string =>
  String(BigInt(`0x${createHash('sha256').update(policy).digest('hex').slice(0, 12)}`));

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetResourcePolicy.html#API_GetResourcePolicy_Errors */
const policyNotFound = (arn: string) =>
  new AwsError(
    'PolicyNotFoundException',
    `Resource-based policy not found for the provided ResourceArn: ${arn}`,
  );

interface Owner {
  readonly table: TableRecord;
  readonly field: 'policy' | 'streamPolicy';
}

const ownerOf = (state: DynamodbState, arn: string): Owner => {
  const table = findTable(state, arn);
  if (table === undefined || !arn.startsWith('arn:'))
    throw resourceNotFound(`ResourceArn: ${arn} not found`);
  if (arn === table.arn) return { table, field: 'policy' };
  if (arn === table.streamArn) return { table, field: 'streamPolicy' };
  throw resourceNotFound(`ResourceArn: ${arn} not found`);
};

/** @throws {PolicyNotFoundException} when another policy stands there than the caller thinks */
const assertRevision = (arn: string, current: string | undefined, expected: string | undefined) => {
  if (expected === undefined) return;
  const actual = current === undefined ? 'NO_POLICY' : revisionOf(current);
  if (actual !== expected) throw policyNotFound(arn);
};

const policyNeed =
  (action: string) =>
  ({ ResourceArn = '*' }: { readonly ResourceArn?: string | undefined }) => ({
    action,
    resource: ResourceArn,
  });

export const policyOperations: OperationTable<DynamodbState> = {
  PutResourcePolicy: operation<
    DynamodbState,
    Dynamodb.PutResourcePolicyInput,
    Dynamodb.PutResourcePolicyOutput
  >({
    needs: policyNeed('dynamodb:PutResourcePolicy'),
    handle: ({ ResourceArn = '', Policy = '', ExpectedRevisionId }, { state }) => {
      const { table, field } = ownerOf(state, ResourceArn);
      const policy = readPolicy(Policy);
      assertRevision(ResourceArn, table[field], ExpectedRevisionId);
      state.tables.set(table.name, { ...table, [field]: policy });
      return { RevisionId: revisionOf(policy) };
    },
  }),
  GetResourcePolicy: operation<
    DynamodbState,
    Dynamodb.GetResourcePolicyInput,
    Dynamodb.GetResourcePolicyOutput
  >({
    needs: policyNeed('dynamodb:GetResourcePolicy'),
    handle: ({ ResourceArn = '' }, { state }) => {
      const { table, field } = ownerOf(state, ResourceArn);
      const policy = table[field];
      if (policy === undefined) throw policyNotFound(ResourceArn);
      return { Policy: policy, RevisionId: revisionOf(policy) };
    },
  }),
  DeleteResourcePolicy: operation<
    DynamodbState,
    Dynamodb.DeleteResourcePolicyInput,
    Dynamodb.DeleteResourcePolicyOutput
  >({
    needs: policyNeed('dynamodb:DeleteResourcePolicy'),
    handle: ({ ResourceArn = '', ExpectedRevisionId }, { state }) => {
      const { table, field } = ownerOf(state, ResourceArn);
      const policy = table[field];
      assertRevision(ResourceArn, policy, ExpectedRevisionId);
      state.tables.set(table.name, { ...table, [field]: undefined });
      return policy === undefined ? {} : { RevisionId: revisionOf(policy) };
    },
  }),
};
