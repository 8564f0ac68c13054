import { RESERVED_NAMES } from '../spec/handler-context.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { TemplateBuilder } from './builder.ts';
import { place } from './builder.ts';
import type { Collected } from './collect.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-using-console-create-stack-parameters.html */
const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html: letters and digits; shorter here, since Sparta adds to them. */
const LOGICAL_ID = /^[A-Za-z][A-Za-z0-9]{0,99}$/;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const RESERVED_VARIABLES =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_DEFAULT_REGION|AWS_REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|SPARTA_.*)$/;

type Check = (fn: FunctionDeclaration, builder: TemplateBuilder) => void;

const range =
  (
    option: 'memorySize' | 'timeout' | 'ephemeralStorageSize',
    from: number,
    to: number,
    unit: string,
  ): Check =>
  (fn, builder) => {
    const value = fn.settings[option];
    if (value !== undefined && !(Number.isInteger(value) && value >= from && value <= to))
      builder.problem(
        'INVALID_OPTION',
        `${option} of ${fn.name} is ${value}; Lambda takes ${from.toLocaleString('en')} to ${to.toLocaleString('en')} ${unit}.`,
        fn.declaredAt,
      );
  };

/** Ranges: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
const CHECKS: readonly Check[] = [
  range('memorySize', 128, 10_240, 'MiB'),
  range('timeout', 1, 900, 'seconds'),
  range('ephemeralStorageSize', 512, 10_240, 'MiB'),
  (fn, builder) => {
    const days = fn.settings.logging?.retentionDays;
    if (days !== undefined && !RETENTION_DAYS.includes(days))
      builder.problem(
        'INVALID_OPTION',
        `logging.retentionDays of ${fn.name} is ${days}; CloudWatch Logs takes ${RETENTION_DAYS.join(', ')}.`,
        fn.declaredAt,
      );
  },
  (fn, builder) => {
    const { format, level, systemLevel } = fn.settings.logging ?? {};
    if (format === 'Text' && (level ?? systemLevel) !== undefined)
      builder.problem(
        'INVALID_OPTION',
        `logging of ${fn.name} has a level with the format Text; levels need JSON.`,
        fn.declaredAt,
      );
  },
  (fn, builder) => {
    for (const name of Object.keys(fn.settings.environment ?? {}))
      if (RESERVED_VARIABLES.test(name) || !/^[A-Za-z]\w+$/.test(name))
        builder.problem(
          'INVALID_OPTION',
          `The environment variable ${name} of ${fn.name} is not to be had: names are a letter and then letters, digits and _, and those of Lambda and Sparta are reserved.`,
          fn.declaredAt,
        );
  },
  (fn, builder) => {
    const BYTES = 4_096;
    const size = Object.entries(fn.settings.environment ?? {}).reduce(
      (sum, [name, value]) =>
        sum + Buffer.byteLength(name) + Buffer.byteLength(typeof value === 'string' ? value : ''),
      0,
    );
    if (size > BYTES)
      builder.problem(
        'ENVIRONMENT_TOO_LARGE',
        `The environment of ${fn.name} is ${size} bytes; Lambda takes ${BYTES}. Move what is large into a parameter or an object.`,
        fn.declaredAt,
      );
  },
  (fn, builder) => {
    for (const name of Object.keys(fn.grants))
      if (RESERVED_NAMES.includes(name))
        builder.problem(
          'RESERVED_GRANT_NAME',
          `The grant ${name} of ${fn.name} would hide the context's own ${name}. Give it another name.`,
          fn.declaredAt,
        );
  },
  (fn, builder) => {
    for (const [name, grant] of Object.entries(fn.grants))
      if (
        (grant as unknown) === undefined ||
        grant.kind !== 'grant' ||
        grant.statements.some(({ resources }) => resources.some(isNothing))
      )
        builder.problem(
          'MISSING_RESOURCE',
          `The grant ${name} of ${fn.name} is on nothing. Grant it on a declaration, such as bucket('Photos').read(), or on an ARN with allow().`,
          fn.declaredAt,
        );
  },
];

const isNothing = (resource: unknown) =>
  resource === undefined || resource === null || resource === '';

/** Checks what can be told from the declarations alone. */
export const validate = (collected: Collected, builder: TemplateBuilder): void => {
  const { service } = builder;
  if (!STACK_NAME.test(service.name))
    builder.problem(
      'INVALID_SERVICE_NAME',
      `The service's name is '${service.name}'; a stack's name is a letter and then up to 127 letters, digits and hyphens.`,
      service.declaredAt,
    );
  if (collected.functions.length === 0 && collected.resources.size === 0)
    builder.problem(
      'NO_FUNCTIONS',
      `The service ${service.name} states nothing. Give it functions or resources.`,
      service.declaredAt,
    );
  const names = new Map<string, FunctionDeclaration>();
  for (const fn of collected.functions) {
    checkName(fn, builder);
    const other = names.get(fn.name);
    if (other !== undefined)
      builder.problem(
        'DUPLICATE_NAME',
        `Two functions are named ${fn.name}${at(other)}. Rename one of them: the name is the function's logical id.`,
        fn.declaredAt,
      );
    names.set(fn.name, fn);
    for (const check of CHECKS) check(fn, builder);
  }
  for (const resource of collected.resources.values()) checkName(resource, builder);
  for (const { name, one, other } of collected.clashes)
    builder.problem(
      'DUPLICATE_NAME',
      `Two declarations are named ${name}${at(one)}. Rename one of them.`,
      other.declaredAt,
    );
  for (const name of collected.referredFunctions.keys())
    if (!names.has(name))
      builder.problem(
        'NOT_IN_SERVICE',
        `Something refers to the function ${name}, which is not among the functions of ${service.name}. Add it there.`,
        service.declaredAt,
      );
  for (const name of collected.bare.keys())
    builder.problem(
      'MISSING_RESOURCE',
      `Something refers to ${name}, which nothing declares. Declare it, and list it in resources of ${service.name}.`,
      service.declaredAt,
    );
};

const at = (declaration: { readonly declaredAt?: FunctionDeclaration['declaredAt'] }) => {
  const where = place(declaration.declaredAt);
  return where === undefined ? '' : ` (the other is at ${where})`;
};

const checkName = (
  declaration: { readonly name: string; readonly declaredAt?: FunctionDeclaration['declaredAt'] },
  builder: TemplateBuilder,
) => {
  if (!LOGICAL_ID.test(declaration.name))
    builder.problem(
      'INVALID_NAME',
      `The name '${declaration.name}' is no logical id: those are a letter and then up to 99 letters and digits.`,
      declaration.declaredAt,
    );
};
