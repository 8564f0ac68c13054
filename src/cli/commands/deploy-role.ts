import type { DeployPolicy, Trust } from '../../deploy-role/index.ts';
import { deployPolicy, filled, roleTemplate } from '../../deploy-role/index.ts';
import { ARTIFACT_STACK_NAME, artifactTemplate } from '../../provision/index.ts';
import type { Template } from '../../synth/index.ts';
import { synthesise } from '../../synth/index.ts';
import { CliError } from '../cli-error.ts';
import type { DeployRoleFlags, Session } from '../session.ts';
import { jsonLine } from '../session.ts';

/** `deploy-role`: what whoever deploys the service needs, as a policy or as a role. Nothing is called. */
export const runDeployRole = (session: Session, flags: DeployRoleFlags): void => {
  const { service, terminal } = session;
  const trust = trustOf(flags);
  const { template } = synthesise(service);
  const deploy = deployPolicy({
    stackName: service.name,
    template,
    artifacts:
      flags.bucket === undefined
        ? {
            stackName: ARTIFACT_STACK_NAME,
            template: JSON.parse(artifactTemplate()) as Template,
          }
        : { bucket: flags.bucket },
    inPlace: flags.inplace ?? false,
  });
  if (trust !== undefined) {
    terminal.out(JSON.stringify(roleTemplate(service.name, deploy.policies, trust), null, 2));
    return sayWhatIsLeft(session, deploy);
  }
  const policies = filled(deploy.policies, {
    'AWS::AccountId': flags.account ?? '*',
    'AWS::Partition': partitionOf(flags.region),
    'AWS::Region': flags.region ?? '*',
  });
  if (flags.json === true) return jsonLine(terminal, { kind: 'deploy-role', ...deploy, policies });
  const [first] = policies;
  terminal.out(JSON.stringify(policies.length === 1 ? first : policies, null, 2));
  if (policies.length > 1)
    terminal.error(
      `It does not fit into one managed policy of 6,144 characters: these are ${policies.length}, each to be made one.`,
    );
  return sayWhatIsLeft(session, deploy);
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
const partitionOf = (region = ''): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';

/** Who takes the role on; undefined for a policy alone. */
const trustOf = ({
  template,
  github,
  branch,
  environment,
  trust,
}: DeployRoleFlags): Trust | undefined => {
  const about = Object.entries({ github, branch, environment, trust }).find(
    ([, value]) => value !== undefined,
  );
  if (template !== true) {
    if (about === undefined) return undefined;
    throw usage(`--${about[0]} is about a role, and a policy has none.`, 'Add --template.');
  }
  if ((github === undefined) === (trust === undefined))
    throw usage(
      github === undefined
        ? 'A role wants somebody who takes it on.'
        : 'Both --github and --trust are given, and a role of one purpose trusts one.',
      'Pass --github OWNER/REPO, or --trust with an account or an ARN.',
    );
  if (github === undefined) {
    if (branch !== undefined || environment !== undefined)
      throw usage('--branch and --environment are of --github.', 'Leave them out.');
    return { kind: 'principal', principal: trust ?? '' };
  }
  if (branch !== undefined && environment !== undefined)
    throw usage(
      "GitHub's token names the environment or the branch, never both.",
      'Pass --environment for jobs that name one, --branch for others.',
    );
  return {
    kind: 'github',
    repository: github,
    from: environment === undefined ? { branch: branch ?? 'main' } : { environment },
  };
};

const usage = (message: string, hint: string): CliError => new CliError('USAGE', message, { hint });

const sayWhatIsLeft = (
  { terminal: { error, style }, service }: Session,
  { unbounded, unpublished, leftOut }: DeployPolicy,
): void => {
  if (unbounded)
    error(
      style.warn(
        `Who may make roles of ${service.name} may make one that may do anything. With a permissionsBoundary of the service, only roles within it can be made.`,
      ),
    );
  if (unpublished.length > 0)
    error(
      style.warn(
        `AWS publishes no permissions of ${unpublished.join(', ')}: add what they need by hand.`,
      ),
    );
  for (const { type, action, why } of leftOut)
    error(style.dim(`Left out: ${action}, which ${type}'s schema lists: ${why}.`));
};
