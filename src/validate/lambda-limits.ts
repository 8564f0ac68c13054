import type { JsonObject } from './json.ts';
import { isObject, membersOf } from './json.ts';
import type { PropertyPath } from './property-path.ts';
import { printPath } from './property-path.ts';
import type { Report } from './report.ts';
import type { ResourceFacts } from './template-facts.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LIMITS = {
  /** "4 KB, for all environment variables associated with the function, in aggregate" */
  environmentBytes: 4_096,
  /** Seconds. */
  timeout: 900,
  /** MiB, of memory and of storage; functions on instances of one's own take what the schema says. */
  mebibytes: 10_240,
} as const;

/** What Lambda's schema does not say of a function; the least of each, and the count of layers, stand there. */
export const checkLambdaLimits = (
  { id, type, properties }: ResourceFacts,
  report: Report,
): void => {
  if (type !== 'AWS::Lambda::Function') return;
  const numbers: readonly (readonly [PropertyPath, unknown, number, string])[] = [
    [{ up: undefined, key: 'Timeout' }, properties['Timeout'], LIMITS.timeout, 'seconds'],
    ...(properties['CapacityProviderConfig'] === undefined ? sizesOf(properties) : []),
  ];
  for (const [path, value, most, unit] of numbers)
    if (typeof value !== 'object' && Number(value) > most)
      report.problem(
        'OVER_LIMIT',
        { id, path },
        `${printPath(path)} of ${id} is ${String(value)}; Lambda takes at most ${most.toLocaleString('en')} ${unit}.`,
      );
  const variables = membersOf(properties['Environment'])['Variables'];
  if (isObject(variables)) checkEnvironment(id, variables, report);
};

const sizesOf = (properties: JsonObject) =>
  [
    [{ up: undefined, key: 'MemorySize' }, properties['MemorySize'], LIMITS.mebibytes, 'MiB'],
    [
      { up: { up: undefined, key: 'EphemeralStorage' }, key: 'Size' },
      membersOf(properties['EphemeralStorage'])['Size'],
      LIMITS.mebibytes,
      'MiB',
    ],
  ] as const;

const checkEnvironment = (id: string, variables: JsonObject, report: Report): void => {
  // What CloudFormation fills in has a length that is not known: this is the least that it can be.
  const bytes = Object.entries(variables).reduce(
    (sum, [name, value]) =>
      sum +
      Buffer.byteLength(name) +
      (typeof value === 'object' ? 0 : Buffer.byteLength(String(value))),
    0,
  );
  if (bytes > LIMITS.environmentBytes)
    report.problem(
      'ENVIRONMENT_TOO_LARGE',
      { id, path: { up: { up: undefined, key: 'Environment' }, key: 'Variables' } },
      `The environment of ${id} is at least ${bytes.toLocaleString('en')} bytes; Lambda takes ${LIMITS.environmentBytes.toLocaleString('en')}. Move what is large into a parameter or an object.`,
    );
};
