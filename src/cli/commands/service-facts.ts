import type { CloudFacts, StackNames } from '../../privileges/index.ts';
import { cloudFacts, PrivilegesError, stackNames } from '../../privileges/index.ts';
import { readStatus } from '../../provision/index.ts';
import type { OutputFlags, Session } from '../session.ts';
import { sayStarting } from '../session.ts';
import type { TargetFlags } from '../target-choice.ts';
import { chooseTarget, repeatedFlags } from '../target-choice.ts';

/** What questions about privileges are answered from. */
export interface ServiceFacts {
  readonly cloud: CloudFacts;
  readonly names: StackNames;
}

/**
 * The cloud that the service runs on, and its stack's names.
 * @throws {NO_JOURNAL} when AWS itself is asked
 * @throws {NOT_PROVISIONED} when there is no stack
 */
export const serviceFacts = async (
  session: Session,
  flags: TargetFlags & OutputFlags,
): Promise<ServiceFacts> => {
  const { service, env, signal } = session;
  const { target, name } = await chooseTarget(flags, {
    env,
    signal,
    onStarting: () => sayStarting(session, flags),
  });
  const cloud = cloudFacts(target.endpoint);
  const report = await readStatus(target, service.name, signal);
  if (report === undefined)
    throw new PrivilegesError(
      'NOT_PROVISIONED',
      `${service.name} is not provisioned on ${name}.`,
      `To do so: ${session.program} provision${repeatedFlags(flags)}`,
    );
  return { cloud, names: stackNames(service, report.resources) };
};
