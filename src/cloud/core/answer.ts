import type { IncomingMessage, ServerResponse } from 'node:http';
import { createOperationAnswerer } from './answer-operation.ts';
import { AwsError } from './aws-error.ts';
import type { Cloud } from './cloud.ts';
import { messageOf } from './defects.ts';
import { inspect } from './inspect.ts';
import { foreignRequest, hostName } from './origin-guard.ts';
import { sendText } from './send-reply.ts';
import { tellTime } from './tell-time.ts';
import { flatHeaders } from './wire-request.ts';

/** What becomes of a request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answers requests of all kinds: operations, what services have at places of their own, and what tools read of the cloud. */
export const createAnswerer = (cloud: Cloud): Answer => {
  const answerOperation = createOperationAnswerer(cloud);
  const places = [...cloud.services.values()].flatMap((service) =>
    service.dataPlane === undefined ? [] : [{ service, dataPlane: service.dataPlane }],
  );

  const answer = (request: IncomingMessage, response: ServerResponse): void | Promise<void> => {
    const headers = flatHeaders(request);
    const host = hostName(headers['host'] ?? '');
    const foreign = foreignRequest(host, headers['origin']);
    if (foreign !== undefined) return sendText(response, 403, foreign);
    const target = request.url ?? '/';
    for (const { service, dataPlane } of places) {
      const claimed = dataPlane.claims(host, target);
      if (claimed === undefined) continue;
      const context = cloud.contextOf(
        service,
        claimed.accountId ?? cloud.accountId,
        claimed.region ?? cloud.region,
      );
      return dataPlane.serve(request, response, context);
    }
    // After the services, which have places of their own there: Lambda's code to download.
    if (target.startsWith('/_sparta/')) return inspect(cloud, target, response);
    return answerOperation({ request, response, headers, host, target });
  };

  return async (request, response) => {
    try {
      tellTime(cloud, response);
      await answer(request, response);
    } catch (error) {
      // Only what the protocols could not word comes here; the sentence is all a client can use.
      if (response.headersSent) response.destroy();
      else sendText(response, error instanceof AwsError ? error.status : 500, messageOf(error));
    }
  };
};
