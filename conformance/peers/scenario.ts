/** What a call is given: anything, for a wrong input is an input. */
export type Input = Readonly<Record<string, unknown>>;

/** One request of a scenario. */
export interface Call {
  readonly operation: string;
  readonly input: Input;
  /** Sent as it is: what the client would not let through, such as a number where a text belongs. */
  readonly body?: string;
  /** What of the answer is compared. @defaultValue all of it */
  readonly shows?: (answer: Input) => unknown;
}

/** A value that an earlier call of the same scenario was answered with, at whichever cloud it runs. */
export class Earlier {
  readonly call: string;
  readonly path: readonly string[];
  readonly form: (found: string) => unknown;

  constructor(call: string, path: readonly string[], form: (found: string) => unknown) {
    this.call = call;
    this.path = path;
    this.form = form;
  }
}

/** @param path - Member by member, `Messages.0.ReceiptHandle` */
export const earlier = (
  name: string,
  path: string,
  form: (found: string) => unknown = (found) => found,
): Earlier => new Earlier(name, path.split('.'), form);

export const call = (operation: string, input: Input = {}, shows?: Call['shows']): Call => ({
  operation,
  input,
  ...(shows === undefined ? {} : { shows }),
});

/** A request whose JSON body is sent as it stands. */
export const raw = (operation: string, body: unknown): Call => ({
  operation,
  input: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** What a difference was judged to be. */
export type Verdict =
  /** AWS's documentation, or a recording of AWS, says what we do. */
  | 'the peer is wrong'
  /** AWS does not tell; ours is the better guess, and why. */
  | 'AWS does not tell'
  /** We differ from AWS, and the service's README says so. */
  | 'ours, on purpose';

/** Differences of one kind, judged once. */
export interface Judgement {
  readonly verdict: Verdict;
  /** What AWS does, in a sentence. */
  readonly says: string;
  /** Where that is written. */
  readonly source: string;
  /** The calls by name. */
  readonly calls: readonly string[];
}

/** Calls in their order: later ones use what earlier ones made. Their names are unique in a service. */
export type Calls = Readonly<Record<string, Call>>;

/** The calls of a service by what they are about. */
export type Parts = Readonly<Record<string, Calls>>;
