import { normalise } from './normalise.ts';
import type { Call, Calls, Input } from './scenario.ts';
import { Earlier } from './scenario.ts';

/** What a call came to, as it can be compared. */
export type Outcome = Readonly<Record<string, unknown>>;
export type Outcomes = ReadonlyMap<string, Outcome>;

/** The module of an official client, whose commands are found by the names of operations. */
export type ClientModule = Readonly<Record<string, unknown>>;

interface Request {
  body?: unknown;
  readonly headers: Record<string, string>;
}
type Handler = (args: { readonly request: Request }) => Promise<unknown>;
interface Command {
  readonly middlewareStack: {
    add(middleware: (next: Handler) => Handler, where: { readonly step: 'build' }): void;
  };
}
interface Client {
  send(command: Command): Promise<Input>;
  destroy(): void;
}
type Construct<Made> = new (given: Input) => Made;

const constructor = <Made>(module: ClientModule, name: string): Construct<Made> => {
  const found = module[name];
  if (typeof found !== 'function') throw new Error(`the client has no ${name}`);
  return found as Construct<Made>;
};

const valueAt = (from: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (at as Input | undefined)?.[name], from);

/** The input with what earlier calls were answered in it. What they were not answered stays away. */
const resolve = (given: unknown, answers: ReadonlyMap<string, Input>): unknown => {
  if (given instanceof Earlier) {
    const found = valueAt(answers.get(given.call), given.path);
    return found === undefined ? undefined : given.form(String(found));
  }
  if (Array.isArray(given)) return given.map((item) => resolve(item, answers));
  if (typeof given !== 'object' || given === null || given instanceof Uint8Array) return given;
  if (given instanceof Date) return given;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, resolve(value, answers)]),
  );
};

/** Of an error, what the wire said: code, text, and the members that its model has. */
const refusalOf = (error: unknown): Outcome => {
  if (!(error instanceof Error)) return { thrown: String(error) };
  if (error.message.includes('Deserialization error')) return { refused: 'no answer of an AWS' };
  const { $fault: _fault, $metadata, $retryable: _retry, ...members } = error as Error & Input;
  const { name: _name, message: _message, Message: _Message, ...fields } = members;
  const {
    Error: _error,
    Type: _type,
    Code: _code,
    code: _lower,
    $response: _raw,
    ...rest
  } = fields;
  const { stack: _stack, __type: _wire, RequestId: _id, xmlns: _namespace, ...told } = rest;
  return {
    status: ($metadata as { readonly httpStatusCode?: number } | undefined)?.httpStatusCode,
    refused: `${error.name}: ${error.message}`,
    ...told,
  };
};

/** Another body than the client's own, before the request is signed. */
const sending =
  (body: string) =>
  (next: Handler): Handler =>
  (args) => {
    args.request.body = body;
    args.request.headers['content-length'] = String(Buffer.byteLength(body));
    return next(args);
  };

/** Sends calls to an endpoint, one after the other, with the service's official client. */
export const ask = async (
  module: ClientModule,
  client: string,
  endpoint: string,
  calls: Calls,
): Promise<Outcomes> => {
  const Service = constructor<Client>(module, client);
  const service = new Service({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    useQueueUrlAsEndpoint: false,
  });
  const answers = new Map<string, Input>();
  const outcomes = new Map<string, Outcome>();
  const one = async ({ operation, input, body, shows }: Call, name: string): Promise<Outcome> => {
    const Operation = constructor<Command>(module, `${operation}Command`);
    const command = new Operation(resolve(input, answers) as Input);
    if (body !== undefined) command.middlewareStack.add(sending(body), { step: 'build' });
    const { $metadata, ...answer } = await service.send(command);
    answers.set(name, answer);
    const { httpStatusCode: status } = $metadata as { readonly httpStatusCode?: number };
    return { status, answer: shows === undefined ? answer : shows(answer) };
  };
  try {
    for (const [name, call] of Object.entries(calls))
      outcomes.set(name, normalise(await one(call, name).catch(refusalOf)) as Outcome);
  } finally {
    service.destroy();
  }
  return outcomes;
};
