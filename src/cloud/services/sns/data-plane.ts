import type { DataPlane } from '../../core/data-plane.ts';
import { certificateOf } from './signing.ts';
import type { SnsState } from './state.ts';

const PATH = '/_aws/sns/SimpleNotificationService.pem';

/** The certificate that `SigningCertURL` names. Differs: AWS's lies at `sns.REGION.amazonaws.com`. */
export const dataPlane: DataPlane<SnsState> = {
  claims: (_host, url) => (url === PATH ? {} : undefined),
  serve: async (_request, response, context) => {
    const certificate = await certificateOf(context);
    context.commit();
    response.writeHead(200, { 'content-type': 'application/x-pem-file' });
    response.end(certificate);
  },
};
