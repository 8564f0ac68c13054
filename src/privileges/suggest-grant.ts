import type { StackNames } from './stack-names.ts';

/** Curated grants: what to write for an action on a resource of a type. */
const CURATED: Readonly<Record<string, { readonly type: string; readonly method: string }>> = {
  's3:GetObject': { type: 'AWS::S3::Bucket', method: 'read' },
  's3:PutObject': { type: 'AWS::S3::Bucket', method: 'write' },
  's3:DeleteObject': { type: 'AWS::S3::Bucket', method: 'delete' },
  's3:ListBucket': { type: 'AWS::S3::Bucket', method: 'list' },
  'sns:Publish': { type: 'AWS::SNS::Topic', method: 'publish' },
  'lambda:InvokeFunction': { type: 'AWS::Lambda::Function', method: 'invoke' },
};

/** `Photos` → `photos` */
const variableOf = (logicalId: string) => logicalId.slice(0, 1).toLowerCase() + logicalId.slice(1);

/** How a program declares a resource of a type, as far as it has words of its own. */
const DECLARED: Readonly<Record<string, string>> = {
  'AWS::S3::Bucket': 'bucket',
  'AWS::SNS::Topic': 'topic',
  'AWS::Lambda::Function': 'lambda',
};

/** The grant that would allow an action on a resource, as code for `grants`. */
export const suggestGrant = (action: string, arn: string, names: StackNames): string => {
  const resource = names.resourceOf(arn);
  if (resource === undefined) return `allow('${action}', '${arn}')`;
  const { logicalId, type, rest } = resource;
  const name = variableOf(logicalId);
  const declared = DECLARED[type];
  const remark =
    declared === undefined
      ? `  // ${name} = resource('${type}', '${logicalId}', …)`
      : `  // ${name} = ${declared}('${logicalId}'…)`;
  const curated = CURATED[action];
  if (curated?.type === type) return `${name}: ${name}.${curated.method}(),${remark}`;
  const own = declared === undefined ? `${name}.getAtt('Arn')` : `${name}.arn`;
  const on = rest === '' ? own : `sub\`\${${own}}${widened(rest)}\``;
  return `${name}: allow('${action}', ${on}),${remark}`;
};

/** One object stands for all of them: a grant on a single key is rarely meant. */
const widened = (rest: string) => (rest.startsWith('/') ? '/*' : rest);
