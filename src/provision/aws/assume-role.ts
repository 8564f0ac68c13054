import type { ClientSettings, Credentials } from './client-settings.ts';

/** How long a session lasts: AWS's default, an hour. A deployment that takes longer asks again. */
const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * Credentials of a role, asked for with the first call that needs them and again before they end.
 * @param role - ARN, or the name of a role of the caller's own account
 */
export const roleCredentials = (
  settings: ClientSettings,
  role: string,
): (() => Promise<Credentials>) => {
  let held: Promise<Credentials & { readonly expiration: Date }> | undefined;
  const assume = async () => {
    const { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } = await import(
      '@aws-sdk/client-sts'
    );
    const client = new STSClient(settings);
    let arn = role;
    if (!role.startsWith('arn:')) {
      const { Arn = '', Account = '' } = await client.send(new GetCallerIdentityCommand({}));
      arn = `arn:${Arn.split(':')[1] ?? 'aws'}:iam::${Account}:role/${role}`;
    }
    const { Credentials: given } = await client.send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'sparta' }),
    );
    return {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
      expiration: given?.Expiration ?? new Date(),
    };
  };
  return async () => {
    const now = await held?.catch(() => undefined);
    if (now === undefined || now.expiration.getTime() - Date.now() < RENEW_BEFORE_MS)
      held = assume();
    return (await held) ?? (await assume());
  };
};
