/** A resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** How a type's physical names come about, and what ARN they make. */
interface NamedType {
  /** The property that states the name. */
  readonly property: string;
  /** With `NAME` where the name stands. */
  readonly arns: readonly string[];
  /** Names are in lower case. */
  readonly lowerCase?: true;
  /** What CloudFormation makes of a name that is not stated. @defaultValue `STACK-…` */
  readonly generated?: (logicalId: string) => string;
  /** What stands before the name in the ARN: the bus or group that the resource is in. */
  readonly within?: (properties: Readonly<Record<string, unknown>>) => string;
}

/** A name in its own words, the last part of an ARN, or any where it is known only later. */
const lastPart = (value: unknown): string =>
  typeof value === 'string' ? value.slice(value.lastIndexOf('/') + 1) : '*';

const AT = 'arn:${AWS::Partition}:';
const HERE = '${AWS::Region}:${AWS::AccountId}';

/**
 * Types whose physical names are told before they are made: stated, or begun with the stack's name.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
 */
const NAMED: Readonly<Record<string, NamedType>> = {
  'AWS::CloudFormation::Stack': {
    property: '',
    arns: [`${AT}cloudformation:${HERE}:stack/NAME/*`],
  },
  'AWS::CloudWatch::Alarm': {
    property: 'AlarmName',
    arns: [`${AT}cloudwatch:${HERE}:alarm:NAME`],
  },
  'AWS::CloudWatch::CompositeAlarm': {
    property: 'AlarmName',
    arns: [`${AT}cloudwatch:${HERE}:alarm:NAME`],
  },
  'AWS::DynamoDB::Table': { property: 'TableName', arns: [`${AT}dynamodb:${HERE}:table/NAME`] },
  'AWS::ECR::Repository': {
    property: 'RepositoryName',
    arns: [`${AT}ecr:${HERE}:repository/NAME`],
    lowerCase: true,
  },
  'AWS::Events::EventBus': { property: 'Name', arns: [`${AT}events:${HERE}:event-bus/NAME`] },
  'AWS::Events::Rule': {
    property: 'Name',
    arns: [`${AT}events:${HERE}:rule/NAME`],
    within: ({ EventBusName: bus = 'default' }) => {
      const name = lastPart(bus);
      return name === 'default' ? '' : `${name}/`;
    },
  },
  'AWS::IAM::Group': { property: 'GroupName', arns: [`${AT}iam::\${AWS::AccountId}:group/NAME`] },
  'AWS::IAM::InstanceProfile': {
    property: 'InstanceProfileName',
    arns: [`${AT}iam::\${AWS::AccountId}:instance-profile/NAME`],
  },
  'AWS::IAM::ManagedPolicy': {
    property: 'ManagedPolicyName',
    arns: [`${AT}iam::\${AWS::AccountId}:policy/NAME`],
  },
  'AWS::IAM::Role': { property: 'RoleName', arns: [`${AT}iam::\${AWS::AccountId}:role/NAME`] },
  'AWS::IAM::User': { property: 'UserName', arns: [`${AT}iam::\${AWS::AccountId}:user/NAME`] },
  'AWS::Kinesis::Stream': { property: 'Name', arns: [`${AT}kinesis:${HERE}:stream/NAME`] },
  'AWS::Lambda::Function': {
    property: 'FunctionName',
    arns: [`${AT}lambda:${HERE}:function:NAME`],
  },
  'AWS::Logs::LogGroup': {
    property: 'LogGroupName',
    arns: [`${AT}logs:${HERE}:log-group:NAME`, `${AT}logs:${HERE}:log-group:NAME:*`],
  },
  'AWS::S3::Bucket': { property: 'BucketName', arns: [`${AT}s3:::NAME`], lowerCase: true },
  'AWS::Scheduler::Schedule': {
    property: 'Name',
    arns: [`${AT}scheduler:${HERE}:schedule/NAME`],
    within: ({ GroupName: group = 'default' }) => `${lastPart(group)}/`,
  },
  // A group goes with its schedules.
  'AWS::Scheduler::ScheduleGroup': {
    property: 'Name',
    arns: [`${AT}scheduler:${HERE}:schedule-group/NAME`, `${AT}scheduler:${HERE}:schedule/NAME/*`],
  },
  // CloudFormation begins with the logical id, and Secrets Manager ends every ARN with six characters of its own.
  'AWS::SecretsManager::Secret': {
    property: 'Name',
    arns: [`${AT}secretsmanager:${HERE}:secret:NAME`, `${AT}secretsmanager:${HERE}:secret:NAME-*`],
    generated: (logicalId) => `${logicalId}-*`,
  },
  'AWS::SNS::Topic': { property: 'TopicName', arns: [`${AT}sns:${HERE}:NAME`] },
  'AWS::SQS::Queue': { property: 'QueueName', arns: [`${AT}sqs:${HERE}:NAME`] },
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
  'AWS::SSM::Parameter': {
    property: 'Name',
    arns: [`${AT}ssm:${HERE}:parameter/NAME`],
    generated: (logicalId) => `CFN-${logicalId}-*`,
  },
  'AWS::StepFunctions::StateMachine': {
    property: 'StateMachineName',
    arns: [`${AT}states:${HERE}:stateMachine:NAME`],
  },
};

const API = `${AT}apigateway:\${AWS::Region}::`;

/**
 * API Gateway's actions are the verbs of its requests: POST goes to where things are made, the others to the things, and
 * tags are set at a place of their own. Ids are made by API Gateway, so nothing is told by name.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html
 */
const PLACES: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Api': '/apis',
  'AWS::ApiGatewayV2::ApiMapping': '/domainnames/*/apimappings',
  'AWS::ApiGatewayV2::Authorizer': '/apis/*/authorizers',
  'AWS::ApiGatewayV2::Deployment': '/apis/*/deployments',
  'AWS::ApiGatewayV2::DomainName': '/domainnames',
  'AWS::ApiGatewayV2::Integration': '/apis/*/integrations',
  'AWS::ApiGatewayV2::Route': '/apis/*/routes',
  'AWS::ApiGatewayV2::Stage': '/apis/*/stages',
  'AWS::ApiGatewayV2::VpcLink': '/vpclinks',
};
const TAGGED = new Set(['AWS::ApiGatewayV2::Api', 'AWS::ApiGatewayV2::Stage']);

/** Where a verb of API Gateway goes for a type; undefined for types that are not told here. */
export const placesOf = (type: string, verb: string): readonly string[] | undefined => {
  const place = PLACES[type];
  if (place === undefined) return undefined;
  const tags = TAGGED.has(type) && verb !== 'PATCH' ? [`${API}/tags/*`] : [];
  return [`${API}${place}${verb === 'POST' ? '' : '/*'}`, ...tags];
};

/** Types whose ids are made by their service: what is known of them is where they hang. */
const BY_PLACE: Readonly<Record<string, readonly string[]>> = {
  'AWS::KMS::Key': [`${AT}kms:${HERE}:key/*`],
  'AWS::Lambda::EventSourceMapping': [`${AT}lambda:${HERE}:event-source-mapping:*`],
};

/** Types that are made on another resource, and act on its ARN. */
const ON_ANOTHER: Readonly<Record<string, readonly string[]>> = {
  'AWS::CloudFormation::CustomResource': ['AWS::Lambda::Function', 'AWS::SNS::Topic'],
  'AWS::Events::EventBusPolicy': ['AWS::Events::EventBus'],
  'AWS::IAM::InstanceProfile': ['AWS::IAM::InstanceProfile', 'AWS::IAM::Role'],
  'AWS::IAM::ManagedPolicy': [
    'AWS::IAM::ManagedPolicy',
    'AWS::IAM::Role',
    'AWS::IAM::Group',
    'AWS::IAM::User',
  ],
  'AWS::IAM::Policy': ['AWS::IAM::Role', 'AWS::IAM::Group', 'AWS::IAM::User'],
  'AWS::IAM::RolePolicy': ['AWS::IAM::Role'],
  'AWS::Lambda::Alias': ['AWS::Lambda::Function'],
  'AWS::Lambda::EventInvokeConfig': ['AWS::Lambda::Function'],
  'AWS::Lambda::EventSourceMapping': ['AWS::Lambda::EventSourceMapping', 'AWS::Lambda::Function'],
  'AWS::Lambda::Permission': ['AWS::Lambda::Function'],
  'AWS::Lambda::Url': ['AWS::Lambda::Function'],
  'AWS::Lambda::Version': ['AWS::Lambda::Function'],
  'AWS::S3::BucketPolicy': ['AWS::S3::Bucket'],
  'AWS::SNS::Subscription': ['AWS::SNS::Topic'],
  'AWS::SNS::TopicPolicy': ['AWS::SNS::Topic'],
  'AWS::SNS::TopicInlinePolicy': ['AWS::SNS::Topic'],
  'AWS::SQS::QueueInlinePolicy': ['AWS::SQS::Queue'],
  'AWS::SQS::QueuePolicy': ['AWS::SQS::Queue'],
};

/** Types whose resources carry a qualifier behind a name that is stated whole: version, alias. */
const QUALIFIED = new Set(['AWS::Lambda::Alias', 'AWS::Lambda::Version', 'AWS::Lambda::Url']);

/** CloudFormation cuts long stack names to make room, where a type's names are short; half of 64 is never cut. */
const NEVER_CUT = 24;

/** How generated names begin. */
export const generatedPattern = (stackName: string): string =>
  stackName.length <= NEVER_CUT ? `${stackName}-*` : `${stackName.slice(0, NEVER_CUT)}*`;

/** A stated name with `*` for what is known only later. */
const statedPattern = (expression: unknown, stackName: string): string => {
  if (typeof expression === 'string') return expression;
  if (typeof expression !== 'object' || expression === null) return '*';
  if ('Ref' in expression && expression.Ref === 'AWS::StackName') return stackName;
  const sub = 'Fn::Sub' in expression ? expression['Fn::Sub'] : undefined;
  const text: unknown = Array.isArray(sub) ? sub[0] : sub;
  if (typeof text !== 'string') return '*';
  // A function that is added tomorrow is called so too: the same policy serves.
  const common = /^([^$]*)\$\{AWS::StackName\}-/.exec(text);
  return common === null
    ? text.replaceAll('${AWS::StackName}', stackName).replaceAll(/\$\{[^}]*\}/g, '*')
    : `${common[1] ?? ''}${stackName}-*`;
};

/** The ARNs that resources of a type have or will have, with `*` where nothing is known; none for a type of which nothing is. */
export const arnsOfType = (
  type: string,
  resources: readonly (readonly [logicalId: string, resource: TemplateResource])[],
  stackName: string,
): readonly string[] => {
  const on = ON_ANOTHER[type];
  if (on !== undefined) {
    const arns = on.flatMap((other) => ownArns(other, resources, stackName));
    return QUALIFIED.has(type) ? arns.flatMap((arn) => withQualifier(arn)) : arns;
  }
  return ownArns(type, resources, stackName);
};

const withQualifier = (arn: string): readonly string[] =>
  arn.endsWith('*') ? [arn] : [arn, `${arn}:*`];

const ownArns = (
  type: string,
  resources: readonly (readonly [logicalId: string, resource: TemplateResource])[],
  stackName: string,
): readonly string[] => {
  const named = NAMED[type];
  if (named === undefined) return BY_PLACE[type] ?? [];
  const names = resources
    .filter(([, resource]) => resource.Type === type)
    .map(([logicalId, { Properties = {} }]) => nameOf(named, logicalId, Properties, stackName));
  return [...new Set(names)].flatMap((name) =>
    named.arns
      // What ends in `*` holds what would stand behind it.
      .filter(
        (arn, index) => index === 0 || !name.endsWith('*') || !arn.startsWith(named.arns[0] ?? ''),
      )
      .map((arn) =>
        arn.replace('NAME', type === 'AWS::SSM::Parameter' ? name.replace(/^\//, '') : name),
      ),
  );
};

const nameOf = (
  named: NamedType,
  logicalId: string,
  properties: Readonly<Record<string, unknown>>,
  stackName: string,
): string => {
  const stated = properties[named.property];
  const name =
    stated === undefined
      ? (named.generated?.(logicalId) ?? generatedPattern(stackName))
      : statedPattern(stated, stackName);
  const whole = `${named.within?.(properties) ?? ''}${name}`;
  return named.lowerCase === true ? whole.toLowerCase() : whole;
};
