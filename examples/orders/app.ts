// A shop's orders: an API takes them, a queue charges them, a bus tells who ships them, a schedule lets them go.
import { randomUUID } from 'node:crypto';
import {
  alarm,
  bus,
  ConditionFailedError,
  httpApi,
  HttpError,
  lambda,
  main,
  queue,
  schedule,
  service,
  table,
  topic,
} from 'sparta';
import { Charge, Order, OrderRequest, Paid, Payment } from './model.ts';

export const api = httpApi('Api');
export const orders = table('Orders', {
  schema: Order,
  partitionKey: 'id',
  indexes: { byStatus: { partitionKey: 'status', sortKey: 'placedAt' } },
});
export const ledger = table('Ledger', { schema: Charge, partitionKey: 'id' });
export const declined = queue('Declined', { schema: Payment });
export const payments = queue('Payments', {
  schema: Payment,
  deadLetter: { queue: declined, maxReceiveCount: 3 },
});
const shop = bus('Shop');
export const paid = shop.event('OrderPaid', { source: 'orders', schema: Paid });
/** The most that the bank lends, cents. */
export const LIMIT_CENTS = 100_000;
const hourly = schedule('Hourly', { rate: '1 hour' });
export const alerts = topic('Alerts');

const place = lambda(
  'Place',
  { on: api.post('/orders', { body: OrderRequest }), grants: { orders: orders.write() } },
  async ({ body }, { orders }) => {
    const order = await orders.put({
      id: randomUUID(),
      customer: body.customer,
      cents: body.items.reduce((sum, { count, cents }) => sum + count * cents, 0),
      status: 'placed',
      placedAt: new Date().toISOString(),
    });
    return { statusCode: 201, body: order };
  },
);

const show = lambda(
  'Show',
  { on: api.get('/orders/{id}'), grants: { orders: orders.read() } },
  async ({ params }, { orders }) => {
    const order = await orders.get({ id: params.id });
    if (order === undefined) throw new HttpError(404, `There is no order ${params.id}.`);
    return order;
  },
);

// The table's stream asks for the money, not the API: what is stored will be charged, and nothing else.
const bill = lambda(
  'Bill',
  {
    on: orders.changes({ eventNames: ['INSERT'] }),
    grants: { payments: payments.send() },
  },
  async ({ newImage: { id, customer, cents } }, { payments }) => {
    await payments.send({ order: id, customer, cents });
  },
);

export const charging = {
  on: payments.messages(),
  grants: {
    ledger: ledger.access('read', 'write'),
    orders: orders.write(),
    paid: paid.put(),
  },
} as const;

const charge = lambda(
  'Charge',
  charging,
  async ({ body: payment }, { ledger, orders, paid, log }) => {
    if (payment.cents > LIMIT_CENTS) throw new Error(`The bank declines ${payment.order}.`);
    const { order, cents } = payment;
    try {
      // Both or none. A payment may come twice, and after its order has expired: neither takes money.
      await orders.transact(
        [{ update: { id: order }, set: { status: 'paid' }, when: { status: 'placed' } }],
        {
          with: [ledger.steps([{ put: { id: order, order, cents }, ifAbsent: true }])],
        },
      );
    } catch (error) {
      if (!(error instanceof ConditionFailedError)) throw error;
      const charged = await ledger.get({ id: order }, { consistent: true });
      log.info(charged === undefined ? 'too late' : 'charged before', { order });
      if (charged === undefined) return;
    }
    // Perhaps again: to tell it twice does no harm, to tell nobody would.
    await paid.put({ order, cents });
  },
);

const ship = lambda(
  'Ship',
  { on: paid.received(), grants: { orders: orders.write() } },
  async ({ detail }, { orders }) => {
    await orders.update({ id: detail.order }, { set: { status: 'shipped' } });
  },
);

const DAY_MS = 24 * 60 * 60 * 1000;

const expire = lambda(
  'Expire',
  { on: hourly.due(), grants: { orders: orders.access('read', 'write', 'index:byStatus') } },
  async ({ scheduledAt }, { orders, log }) => {
    const before = new Date(scheduledAt.getTime() - DAY_MS).toISOString();
    const late = orders.query(
      { status: 'placed', placedAt: { '<': before } },
      { index: 'byStatus' },
    );
    for await (const { id } of late)
      try {
        await orders.update({ id }, { set: { status: 'expired' }, when: { status: 'placed' } });
        log.info('expired', { id });
      } catch (error) {
        // It was paid meanwhile.
        if (!(error instanceof ConditionFailedError)) throw error;
      }
  },
);

export const shopping = service('Orders', {
  description: 'Takes, charges and ships orders',
  functions: [place, show, bill, charge, ship, expire],
  alarms: [alarm(declined.depth, { threshold: 1, notify: alerts })],
});

await main(shopping);
