import { describe, expectTypeOf, it } from 'vitest';
import { allow, bucket, httpApi, lambda, parameter, secret, topic } from '../../src/index.ts';

const photos = bucket('Photos');
const alerts = topic('Alerts');
const api = httpApi('Api');

describe('clients follow from grants', () => {
  it('gives what was granted and nothing else', () => {
    lambda('Reader', { grants: { photos: photos.read() } }, async (_event, { photos }) => {
      expectTypeOf(photos.get).returns.resolves.toEqualTypeOf<Uint8Array>();
      expectTypeOf(photos.presign).returns.resolves.toEqualTypeOf<string>();
      // @ts-expect-error only read was granted
      await photos.put('key', 'text');
      // @ts-expect-error only read was granted
      await photos.delete('key');
    });
    lambda('Writer', { grants: { photos: photos.write() } }, async (_event, { photos }) => {
      await photos.put('key', 'text');
      expectTypeOf(photos.presignPut).returns.resolves.toEqualTypeOf<string>();
      // @ts-expect-error only write was granted
      await photos.get('key');
    });
    lambda(
      'Both',
      { grants: { photos: photos.access('read', 'list') } },
      async (_event, { photos }) => {
        for await (const { key } of photos.list('a/')) await photos.get(key);
        // @ts-expect-error write was not granted
        await photos.put('key', 'text');
      },
    );
  });

  it('gives no client that was not granted', () => {
    // @ts-expect-error nothing was granted
    lambda('Nobody', {}, async (_event, { photos }) => photos);
    lambda('Other', { grants: { alerts: alerts.publish() } }, async (_event, context) => {
      await context.alerts.publish({ any: 'value' });
      // @ts-expect-error photos was not granted
      await context.photos.get('key');
    });
  });

  it('gives no client for a permission in IAM’s words', () => {
    lambda(
      'Translator',
      { grants: { translate: allow('translate:TranslateText', '*') } },
      async (_event, context) => {
        // @ts-expect-error allow() gives no client
        return context.translate;
      },
    );
  });
});

describe('settings', () => {
  it('give a reader to whom they were granted', () => {
    const token = secret('Token');
    const url = parameter('Url', { existing: '/shop/url' });
    lambda(
      'Look',
      { grants: { token: token.read(), url: url.read() } },
      async (_event, context) => {
        expectTypeOf(context.token.get).returns.resolves.toEqualTypeOf<string>();
        const { port } = await context.url.json<{ readonly port: number }>();
        expectTypeOf(port).toEqualTypeOf<number>();
        // @ts-expect-error settings are read, not written
        await context.token.put('x');
      },
    );
  });
});

describe('permissions in IAM’s words', () => {
  it('are service and action, and stand on something', () => {
    // @ts-expect-error an action is service:Action
    allow('GetItem').on('*');
    // @ts-expect-error nothing says what it is on
    lambda('Nowhere', { grants: { it: allow('dynamodb:GetItem') } }, async () => undefined);
    lambda('Fine', { grants: { it: allow('dynamodb:GetItem').on('*') } }, async () => undefined);
  });
});

describe('events follow from sources', () => {
  it('types path parameters from the route', () => {
    lambda('Info', { on: api.get('/info/{key}/{rest+}') }, async ({ params }) => {
      expectTypeOf(params).toEqualTypeOf<{ readonly key: string; readonly rest: string }>();
      // @ts-expect-error the path has no such parameter
      return params.name;
    });
  });

  it('types the events of buckets and topics', () => {
    lambda('Stamp', { on: photos.objectCreated({ suffix: '.png' }) }, async (event) => {
      expectTypeOf(event.Records[0]?.s3.object.key).toEqualTypeOf<string | undefined>();
    });
    lambda('Shout', { on: alerts.messages() }, async (event) => {
      expectTypeOf(event.record.Sns.Message).toEqualTypeOf<string>();
      // @ts-expect-error SNS has no bucket
      return event.record.s3;
    });
  });

  it('knows the context', () => {
    lambda('Plain', {}, async (_event, { log, requestId, remainingTimeMs, signal }) => {
      log.info('hello', { left: remainingTimeMs() });
      expectTypeOf(requestId).toEqualTypeOf<string>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    });
  });
});

describe('functions call functions', () => {
  const square = lambda('Square', {}, async ({ side }: { readonly side: number }) => ({
    area: side * side,
  }));
  it('types the call by the handler', () => {
    lambda('Caller', { grants: { square: square.invoke() } }, async (_event, { square }) => {
      const { area } = await square.invoke({ side: 2 });
      expectTypeOf(area).toEqualTypeOf<number>();
      // @ts-expect-error the event has a side
      await square.invoke({ edge: 2 });
    });
  });
});

describe('options', () => {
  it('takes what Lambda takes', () => {
    // @ts-expect-error no such processor
    lambda('Odd', { architecture: 'riscv' }, async () => 1);
    // @ts-expect-error no such option
    lambda('Typo', { memory: 128 }, async () => 1);
    lambda('Lazy', { on: api.get('/lazy/{id}') }, () => import('./lazy-handler.ts'));
  });
});
