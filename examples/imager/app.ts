import { alarm, bucket, httpApi, lambda, main, service } from 'sparta';
import { stampImage } from './stamp.ts';

const photos = bucket('Photos');
const stamped = bucket('Stamped');
const api = httpApi('Api', { cors: true });

const stamp = lambda(
  'Stamp',
  {
    on: [photos.objectCreated({ suffix: '.png' }), photos.objectCreated({ suffix: '.jpg' })],
    grants: { photos: photos.read(), stamped: stamped.write() },
    memorySize: 512,
    timeout: 20,
  },
  async (event, { photos, stamped, log }) => {
    for (const { s3 } of event.Records) {
      await stamped.put(s3.object.key, await stampImage(await photos.get(s3.object.key)));
      log.info('stamped', { key: s3.object.key });
    }
  },
);

const info = lambda(
  'Info',
  {
    on: api.get('/info/{key}'),
    grants: { stamped: stamped.read() },
  },
  async ({ params }, { stamped }) => ({
    url: await stamped.presign(params.key, { expiresIn: 300 }),
  }),
);

export const imager = service('Imager', {
  description: 'Stamps photos as they arrive',
  functions: [stamp, info],
  alarms: [alarm(stamp.errors, { threshold: 1 })],
});

await main(imager);
