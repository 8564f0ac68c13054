import { asList, type ConditionBlock, type PolicyDocument } from './policy-document.ts';
import type { Statement } from './policy-document.ts';

/**
 * Whether a resource's policy grants something to the public: a statement allows it to whoever comes, and no condition of
 * the statement holds them to fixed values.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
 */
export function isPublicPolicy({
  Statement: statements,
}: Pick<PolicyDocument, 'Statement'>): boolean {
  return asList(statements).some(
    (statement) =>
      statement.Effect === 'Allow' && isForAnyone(statement) && !isNarrowed(statement.Condition),
  );
}

/** Not for fixed principals. A federated provider stands for everyone whom it vouches for. */
function isForAnyone({ Principal }: Statement): boolean {
  if (Principal === undefined || Principal === '*') return true;
  return asList(Principal.Federated).length > 0 || asList(Principal.AWS).some(isOpen);
}

/** Operators that let through what has one of the values, and nothing that lacks the key. */
const NARROWING =
  /^(?:ForAnyValue:)?(?:StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike|IpAddress)$/;

/** Keys whose fixed values make a grant non-public, in lower case. */
const NARROWING_KEYS: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalservicename',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceip',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
  's3:x-amz-server-side-encryption-aws-kms-key-id',
]);

function isNarrowed(conditions: ConditionBlock = {}): boolean {
  return Object.entries(conditions).some(
    ([operator, keys]) =>
      NARROWING.test(operator) &&
      Object.entries(keys).some(([key, values]) => {
        const name = key.toLowerCase();
        return (
          NARROWING_KEYS.has(name) && asList(values).every((value) => isFixed(name, String(value)))
        );
      }),
  );
}

/** "Fixed values (values that don't contain a wildcard or an AWS Identity and Access Management Policy Variable)". */
function isOpen(value: string): boolean {
  return /[*?]|\$\{/.test(value);
}

/** The name of an access point may be left open, as long as its account is fixed. */
const ACCESS_POINT = /^arn:[^:*?$]+:s3:[^:]*:\d{12}:accesspoint\//;

function isFixed(key: string, value: string): boolean {
  if (key === 'aws:sourceip') return isNarrowRange(value);
  if (key === 's3:dataaccesspointarn') return ACCESS_POINT.test(value);
  return !isOpen(value);
}

/** Broader ranges are "evaluated as public … values broader than /8 for IPv4 and /32 for IPv6". */
function isNarrowRange(range: string): boolean {
  const [address = '', length] = range.split('/');
  if (isOpen(range)) return false;
  if (length === undefined) return true;
  return Number(length) >= (address.includes(':') ? 32 : 8);
}
