import type { Origins } from '../synth/index.ts';
import type { SoundPolicies } from './check-policies.ts';
import { checkPolicies } from './check-policies.ts';
import { checkReferences } from './check-references.ts';
import { checkResource } from './check-resource.ts';
import { checkTags } from './check-tags.ts';
import type { Finding } from './finding.ts';
import { checkLambdaLimits } from './lambda-limits.ts';
import { collectFindings, withoutUnchecked } from './report.ts';
import { checkRoleLimits } from './role-limits.ts';
import { readTemplate } from './template-facts.ts';
import { checkTemplateLimits } from './template-limits.ts';

/** What is known of a template beside it. */
export interface ValidationOptions {
  /** Where its resources are declared, and what of them is not to be checked. */
  readonly origins?: Origins;
  /** Its text as it goes out, whose size AWS limits. */
  readonly body?: string;
  readonly stackName?: string;
  /** Whether it is split before it goes out; the split holds its parts to the sizes that AWS takes. @defaultValue false */
  readonly isSplit?: boolean;
}

const NOWHERE: Origins = { resources: new Map() };

/**
 * Checks a template against what AWS publishes of its types, of IAM's actions and of its limits. Pure but for the data that
 * come with Sparta, which are read once. Every finding at once: what stops a deployment, and what is hardly meant.
 */
export const validateTemplate = (
  template: object,
  { origins = NOWHERE, body, stackName, isSplit = false }: ValidationOptions = {},
): readonly Finding[] => {
  const report = collectFindings(origins);
  const facts = readTemplate(template, origins);
  checkTemplateLimits(facts, { body, stackName, isSplit }, report);
  const sound: SoundPolicies = new Set();
  for (const resource of facts.resources.values()) {
    checkResource(resource, facts, report);
    const unchecked = resource.origin?.unchecked;
    if (unchecked === true) continue;
    const left = unchecked === undefined ? report : withoutUnchecked(report, unchecked);
    checkTags(resource, left);
    checkLambdaLimits(resource, left);
    checkPolicies(resource, left, sound);
  }
  checkRoleLimits(facts, report);
  checkReferences(facts, report);
  return report.findings;
};
