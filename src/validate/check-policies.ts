import { parsePolicy, PolicyError } from '../iam/index.ts';
import { checkActions } from './check-actions.ts';
import { checkConditionKeys } from './check-condition-keys.ts';
import type { FoundPolicy, PolicyPlace } from './find-policies.ts';
import { findPolicies } from './find-policies.ts';
import type { JsonObject } from './json.ts';
import { isList, isObject } from './json.ts';
import { settle } from './policy-text.ts';
import { printPath } from './property-path.ts';
import type { Report } from './report.ts';
import { countingReport } from './report.ts';
import type { ResourceFacts } from './template-facts.ts';

/** Policies that were checked and had no fault, as text: those of a service are much alike. */
export type SoundPolicies = Set<string>;

/** Checks every IAM policy in a resource: its form as IAM does, its actions and keys by what AWS lists. */
export const checkPolicies = (resource: ResourceFacts, all: Report, sound: SoundPolicies): void => {
  for (const policy of findPolicies(resource)) {
    const settled = settle(policy.document) as JsonObject;
    const text = `${policy.use} ${JSON.stringify(settled)}`;
    if (sound.has(text)) continue;
    const report = countingReport(all);
    checkForm(policy, settled, resource, report);
    const statements = settled['Statement'];
    (isList(statements) ? statements : [statements]).forEach((statement, index) => {
      if (!isObject(statement)) return;
      const place: PolicyPlace = {
        id: resource.id,
        path: { up: { up: policy.path, key: 'Statement' }, key: index },
        report,
      };
      checkActions(statement, place);
      checkConditionKeys(statement, place);
    });
    if (report.count() === 0) sound.add(text);
  }
};

/** IAM stops at the first mistake: after one, each statement is asked alone. */
const checkForm = (
  { use, path }: FoundPolicy,
  settled: JsonObject,
  { id }: ResourceFacts,
  report: Report,
): void => {
  const say = (error: PolicyError, at: string) =>
    report.problem(
      'INVALID_POLICY',
      { id, path: { up: path, key: at } },
      `${printPath({ up: path, key: at })} of ${id}: ${error.detail}${/[.?]$/.test(error.detail) ? '' : '.'}`,
    );
  const first = refusal(settled, use);
  if (first === undefined) return;
  const { Statement } = settled as { readonly Statement?: unknown };
  const statements = isList(Statement) ? Statement : [];
  let told = false;
  statements.forEach((statement, index) => {
    const error = refusal({ ...settled, Statement: [statement] }, use);
    // Of what is wrong with the document itself, each statement would tell again.
    if (error?.path.startsWith('Statement[0]') !== true) return;
    told = true;
    say(error, error.path.replace('Statement[0]', `Statement[${index}]`));
  });
  if (!told || !first.path.startsWith('Statement[')) say(first, first.path);
};

const refusal = (document: object, use: FoundPolicy['use']): PolicyError | undefined => {
  try {
    parsePolicy(document, use);
    return undefined;
  } catch (error) {
    if (error instanceof PolicyError) return error;
    throw error;
  }
};
