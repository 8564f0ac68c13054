import type { PolicyUse } from '../iam/index.ts';
import { intrinsicOf, isList, isObject } from './json.ts';
import type { PropertyPath } from './property-path.ts';
import type { Report } from './report.ts';
import type { ResourceFacts } from './template-facts.ts';

/** A policy document somewhere in a resource. */
export interface FoundPolicy {
  readonly path: PropertyPath;
  /** The document, parsed where it is text. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly use: PolicyUse;
}

/** One statement, and where it stands. */
export interface PolicyPlace {
  readonly id: string;
  readonly path: PropertyPath;
  readonly report: Report;
}

/** What policies of these types are for; those of others are held to the grammar alone. */
const USES: Readonly<Record<string, Readonly<Record<string, PolicyUse>>>> = {
  'AWS::ECR::RegistryPolicy': { PolicyText: 'resource' },
  'AWS::ECR::Repository': { RepositoryPolicyText: 'resource' },
  'AWS::IAM::Group': { PolicyDocument: 'inline' },
  'AWS::IAM::GroupPolicy': { PolicyDocument: 'inline' },
  'AWS::IAM::ManagedPolicy': { PolicyDocument: 'managed' },
  'AWS::IAM::Policy': { PolicyDocument: 'inline' },
  'AWS::IAM::Role': { AssumeRolePolicyDocument: 'trust', PolicyDocument: 'inline' },
  'AWS::IAM::RolePolicy': { PolicyDocument: 'inline' },
  'AWS::IAM::User': { PolicyDocument: 'inline' },
  'AWS::IAM::UserPolicy': { PolicyDocument: 'inline' },
  'AWS::KMS::Key': { KeyPolicy: 'resource' },
  'AWS::S3::BucketPolicy': { PolicyDocument: 'resource' },
  'AWS::SNS::TopicPolicy': { PolicyDocument: 'resource' },
  'AWS::SQS::QueuePolicy': { PolicyDocument: 'resource' },
  'AWS::SSO::PermissionSet': { InlinePolicy: 'inline' },
  'AWS::SecretsManager::ResourcePolicy': { ResourcePolicy: 'resource' },
};

/** Names of properties that hold policies, in whatever type. */
const POLICY_NAME = /Polic(y|ies)(Document|Text)?$/;

const parsed = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
};

/** Policies of IAM, not what else is called a policy: they have statements that allow or deny. */
const isPolicy = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (!isObject(value)) return false;
  const { Statement } = value as { readonly Statement?: unknown };
  const statements = isList(Statement) ? Statement : [Statement];
  return statements.some(
    (one) => isObject(one) && ('Effect' in one || 'Action' in one || 'Principal' in one),
  );
};

/** Every policy document of a resource, at any depth. */
export const findPolicies = ({ type, properties }: ResourceFacts): readonly FoundPolicy[] => {
  const found: FoundPolicy[] = [];
  const uses = USES[type] ?? {};
  const visit = (value: unknown, path: PropertyPath | undefined): void => {
    if (isList(value))
      value.forEach((item, index) => {
        if (typeof item === 'object') visit(item, { up: path, key: index });
      });
    else if (isObject(value) && intrinsicOf(value) === undefined)
      for (const name in value) {
        const member = value[name];
        const at: PropertyPath = { up: path, key: name };
        const use = uses[name];
        if (use !== undefined || POLICY_NAME.test(name)) {
          const document = parsed(member);
          const known =
            use !== undefined && isObject(document) && intrinsicOf(document) === undefined;
          if (known || isPolicy(document)) {
            found.push({ path: at, document, use: use ?? 'any' });
            continue;
          }
        }
        if (typeof member === 'object') visit(member, at);
      }
  };
  visit(properties, undefined);
  return found;
};
