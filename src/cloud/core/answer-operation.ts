import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authentication } from './authenticate.ts';
import { authenticate } from './authenticate.ts';
import type { Cloud } from './cloud.ts';
import { messageOf } from './defects.ts';
import type { ServiceDefinition, WireFacts } from './define-service.ts';
import { Departure } from './departure.ts';
import type { RoutedRequest, ServiceModel, WireRequest, WireResponse } from './protocols/index.ts';
import { decode, encode, loadModel, route, validateInput } from './protocols/index.ts';
import { refusal, refuseAnonymous, unknownOperation } from './refusal.ts';
import { readBody, streamBody } from './request-body.ts';
import { sendReply } from './send-reply.ts';
import type { LocateService } from './service-locator.ts';
import { createServiceLocator } from './service-locator.ts';
import { readClaim } from './signature-claim.ts';
import { readVersion2Claim } from './sigv2.ts';
import { tellSignersTime } from './tell-time.ts';
import { readTarget, wireFacts } from './wire-request.ts';

/** A request with what the door has read of it. */
export interface OperationRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  /** Without its port. */
  readonly host: string;
  readonly target: string;
}

/** Answers requests for operations: who asks is made sure of, the operation is dispatched, its output printed. */
export const createOperationAnswerer = (cloud: Cloud) => {
  const locate = createServiceLocator(cloud.services);
  return (given: OperationRequest): Promise<void> => answerOperation(cloud, locate, given);
};

const answerOperation = async (
  cloud: Cloud,
  locate: LocateService,
  { request, response, headers, host, target }: OperationRequest,
): Promise<void> => {
  const requestId = cloud.random.uuid();
  const unlocated = readTarget(request.method ?? 'GET', target, headers);
  let service: ServiceDefinition | undefined;
  let model: ServiceModel | undefined;
  let routed: RoutedRequest | undefined;
  let reply: WireResponse;
  let facts: WireFacts | undefined;
  try {
    const signed = { method: unlocated.method, target, headers };
    const claim = readClaim(signed) ?? readVersion2Claim(signed);
    const located = locate(claim?.service, host, unlocated);
    service = located.service;
    model = loadModel(service.id);
    const trailers: Record<string, string> = {};
    const unread: WireRequest =
      located.path === unlocated.path ? unlocated : { ...unlocated, path: located.path };
    facts = wireFacts(request, unread, claim, trailers);
    if (unread.method === 'OPTIONS' && service.cors !== undefined) {
      const preflight = service.cors.preflight(facts, stateOf(cloud, service));
      return await sendReply(response, preflight, requestId);
    }
    const byHead = route(model, unread);
    const streams = byHead?.operation.streamingInput !== undefined;
    const body = streams ? undefined : await readBody(request, headers, service.maxBodyBytes);
    const whole: WireRequest = { ...unread, body };
    // Query services say their operation in the body.
    routed = byHead ?? route(model, whole);
    const caller = authenticate(signed, claim, located.path, body, cloud.credentials, cloud);
    tellSignersTime(cloud, caller, response);
    if (routed === undefined) throw unknownOperation(service, whole);
    const { operation } = routed;
    refuseAnonymous(service, operation.name, caller);
    const input = decode(model, routed, whole);
    const member = operation.streamingInput;
    if (streams && member !== undefined)
      input[member] = streamBody(
        request,
        headers,
        trailers,
        claim,
        caller?.credential.secretAccessKey,
      );
    service.completeInput?.(input, facts);
    const invalid = validateInput(
      operation,
      input,
      service.validationCode ?? 'ValidationException',
    );
    if (invalid !== undefined) throw invalid;
    const principal = caller?.principal ?? ({ kind: 'anonymous' } as const);
    const output = await cloud.dispatch({
      service: service.id,
      operation: operation.name,
      input,
      principal,
      accountId: 'accountId' in principal ? principal.accountId : cloud.accountId,
      region: claim?.region ?? cloud.region,
      requestId,
      wire: facts,
      signal: new Departure(response).signal,
      cause: causeOf(cloud, caller),
    });
    // Acknowledged only once it is written: a killed cloud loses nothing that a client was told.
    cloud.store.commit();
    reply = encode(model, routed, output as Record<string, unknown>, requestId);
  } catch (error) {
    reply = refusal(cloud, { service, model, routed, headers, requestId }, error);
    settleState(cloud);
  }
  if (facts?.headers['origin'] !== undefined && service?.cors !== undefined)
    reply = {
      ...reply,
      headers: { ...reply.headers, ...service.cors.headers(facts, stateOf(cloud, service)) },
    };
  await sendReply(response, reply, requestId, request);
};

/** A failed operation may have changed something before it failed; that is committed as AWS would keep it. */
const settleState = (cloud: Cloud) => {
  try {
    cloud.store.commit();
  } catch (error) {
    cloud.journal.note('core', `state could not be written: ${messageOf(error)}`, {
      outcome: 'error',
    });
  }
};

const stateOf = (cloud: Cloud, service: ServiceDefinition) =>
  cloud.contextOf(service, cloud.accountId, cloud.region).state;

/** What a function does is caused by its invocation, whose keys it has. */
const causeOf = ({ causes }: Cloud, caller: Authentication | undefined): number | undefined =>
  caller === undefined || causes.size === 0 ? undefined : causes.get(caller.claim.accessKeyId);
