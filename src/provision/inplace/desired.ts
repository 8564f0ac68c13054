import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { same } from './compare-templates.ts';
import type { CodeChange, ConfigurationChange } from './function-properties.ts';
import { CODE_IN_PLACE, CONFIGURATION_IN_PLACE } from './function-properties.ts';
import type { KnownValues } from './known-values.ts';
import { valueOf } from './known-values.ts';

/** What one function still lacks to be as its template says. */
export interface Lacking {
  readonly configuration: ConfigurationChange | undefined;
  readonly code: CodeChange | undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Compares the named properties of a function that runs with its template. What only CloudFormation can tell stays as it runs. */
export const lackingOf = (
  properties: Readonly<Record<string, unknown>>,
  names: readonly string[],
  live: FunctionConfiguration,
  known: KnownValues,
): Lacking => {
  const configuration: Record<string, unknown> = {};
  for (const name of names) {
    const property = CONFIGURATION_IN_PLACE[name];
    if (property === undefined) continue;
    const runs = property.live(live);
    const wanted = wantedOf(name, properties[name] ?? property.absent, runs, known);
    if (wanted !== undefined && !covers(runs, wanted, name)) configuration[name] = wanted;
  }
  return {
    configuration:
      Object.keys(configuration).length === 0 ? undefined : (configuration as ConfigurationChange),
    code: names.some((name) => CODE_IN_PLACE.includes(name))
      ? lackingCode(properties, live, known)
      : undefined,
  };
};

/** Variables one by one: those that the template takes from elsewhere keep what they have. */
const wantedOf = (
  name: string,
  expression: unknown,
  runs: unknown,
  known: KnownValues,
): unknown => {
  if (name !== 'Environment' || !isRecord(expression) || !isRecord(expression['Variables']))
    return valueOf(expression, known);
  const has = isRecord(runs) && isRecord(runs['Variables']) ? runs['Variables'] : {};
  return {
    Variables: Object.fromEntries(
      Object.entries(expression['Variables']).flatMap(([variable, text]) => {
        const value = valueOf(text, known) ?? has[variable];
        return value === undefined ? [] : [[variable, String(value)]];
      }),
    ),
  };
};

/** Lambda tells more of logging than the template says; variables are counted. */
const covers = (runs: unknown, wanted: unknown, name: string): boolean =>
  name === 'LoggingConfig' && isRecord(runs) && isRecord(wanted)
    ? Object.entries(wanted).every(([key, value]) => same(runs[key], value))
    : same(runs, wanted);

const lackingCode = (
  properties: Readonly<Record<string, unknown>>,
  live: FunctionConfiguration,
  known: KnownValues,
): CodeChange | undefined => {
  const code = valueOf(properties['Code'], known);
  const architectures = valueOf(properties['Architectures'] ?? ['x86_64'], known);
  if (!isRecord(code) || !Array.isArray(architectures)) return undefined;
  const { S3Bucket, S3Key } = code;
  if (typeof S3Bucket !== 'string' || typeof S3Key !== 'string') return undefined;
  return live.CodeSha256 === sha256InKey(S3Key) && same(live.Architectures, architectures)
    ? undefined
    : { S3Bucket, S3Key, Architectures: architectures.map(String) };
};

/** The key of an archive is its hash in hex, and Lambda tells the same hash in base64. */
const sha256InKey = (key: string): string | undefined => {
  const [, hex] = /([0-9a-f]{64})\.zip$/.exec(key) ?? [];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex').toString('base64');
};

/** What of a change CloudFormation alone could work out, or put back: with that the lane is refused. */
export const unknowable = (
  logicalId: string,
  names: readonly string[],
  [before, after]: readonly [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>],
  known: KnownValues,
): readonly string[] =>
  names.flatMap((name) => {
    if (CODE_IN_PLACE.includes(name)) return [];
    const absent = CONFIGURATION_IN_PLACE[name]?.absent;
    return leaves(name, before[name], after[name]).flatMap(([path, was, is]) =>
      (was === undefined && is === undefined) ||
      (knows(was, path === name ? absent : '', known) &&
        knows(is, path === name ? absent : '', known))
        ? []
        : [`${path} of ${logicalId} is known to CloudFormation alone`],
    );
  });

const knows = (expression: unknown, absent: unknown, known: KnownValues): boolean =>
  valueOf(expression ?? absent, known) !== undefined;

type Leaf = readonly [path: string, was: unknown, is: unknown];

const variablesOf = (environment: unknown): Readonly<Record<string, unknown>> =>
  isRecord(environment) && isRecord(environment['Variables']) ? environment['Variables'] : {};

const leaves = (name: string, was: unknown, is: unknown): readonly Leaf[] => {
  if (name !== 'Environment') return [[name, was, is]];
  const [a, b] = [variablesOf(was), variablesOf(is)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((variable) => !same(a[variable], b[variable]))
    .map((variable) => [`Environment.Variables.${variable}`, a[variable], b[variable]]);
};
