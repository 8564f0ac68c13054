import { PrivilegesError } from './privileges-error.ts';

/** A statement of a policy that decided a call. */
export interface Deciding {
  readonly policy: string;
  readonly kind: string;
  readonly index: number;
  readonly statement: Readonly<Record<string, unknown>>;
}

/** A need of a call and IAM's decision, as the embedded cloud's journal has them. */
export interface JournalNeed {
  readonly action: string;
  readonly resource: string;
  readonly decision: {
    readonly effect: 'allow' | 'implicit-deny' | 'explicit-deny';
    readonly reason: string;
    readonly statements: readonly Deciding[];
  };
  /** Names of the service control policies, where none of them allows it. */
  readonly serviceControl?: readonly string[];
}

/** A line of the journal. */
export interface JournalLine {
  readonly id: number;
  /** Milliseconds since the epoch, by the cloud's clock. */
  readonly at: number;
  readonly kind: 'call' | 'note';
  readonly service: string;
  readonly operation: string;
  readonly principal: string;
  readonly outcome: 'ok' | 'denied' | 'error';
  readonly message?: string;
  readonly needs?: readonly JournalNeed[];
  readonly cause?: number;
  /** ARN of what a service acted for: `aws:SourceArn`. */
  readonly source?: string;
  /** ARN of what it was done to, where no need names it. */
  readonly target?: string;
}

/** What a statement of a role was used for. */
export interface StatementUse {
  readonly roleArn: string;
  readonly policy: string;
  readonly statement: number;
  readonly count: number;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** What an embedded cloud tells of itself. */
export interface CloudFacts {
  /** The newest denials, oldest first. */
  denials(limit: number): Promise<readonly JournalLine[]>;
  /** One line; undefined when it is not there, or no longer. */
  line(id: number): Promise<JournalLine | undefined>;
  usage(): Promise<readonly StatementUse[]>;
  /** What IAM would say to a session of a role. @throws {UNKNOWN} when there is no such role */
  can(roleName: string, action: string, resource: string): Promise<JournalNeed>;
}

/**
 * Reads what the embedded cloud at an endpoint knows.
 * @throws {NO_JOURNAL} when nothing of the kind answers there: AWS keeps no such journal
 */
export const cloudFacts = (endpoint: string | undefined): CloudFacts => {
  // Before anything is asked: without --local nobody need have a region, or keys of AWS.
  if (endpoint === undefined)
    throw new PrivilegesError(
      'NO_JOURNAL',
      'Only the embedded cloud keeps a journal of decisions.',
      'Add --local. On AWS, CloudTrail has the calls, without what decided them.',
    );
  const read = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
    let answer: unknown;
    try {
      const response = await fetch(new URL(path, endpoint));
      answer = await response.json();
    } catch (error) {
      throw new PrivilegesError(
        'NO_JOURNAL',
        `There is no journal at ${endpoint}: no embedded cloud of this version of Sparta answers there.`,
        'Run the service first: provision --local, then what it is for.',
        error,
      );
    }
    return typeof answer === 'object' && answer !== null
      ? (answer as Readonly<Record<string, unknown>>)
      : {};
  };
  const lines = async (query: string) =>
    ((await read(`/_sparta/journal?${query}`))['entries'] ?? []) as readonly JournalLine[];
  return {
    denials: (limit) => lines(`outcome=denied&limit=${limit}`),
    line: async (id) => (await lines(`id=${id}`))[0],
    can: async (role, action, resource) => {
      const query = new URLSearchParams({ role, action, resource });
      const { need, message } = await read(`/_sparta/can?${query.toString()}`);
      if (need === undefined)
        throw new PrivilegesError(
          'UNKNOWN',
          String(message),
          'Name a function of the service, or a role by its name or ARN.',
        );
      return need as JournalNeed;
    },
    usage: async () =>
      ((await read('/_sparta/usage'))['statements'] ?? []) as readonly StatementUse[],
  };
};
