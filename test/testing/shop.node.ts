import { describe, test } from 'node:test';
import { failuresAreSeen, HANDLERS, orderingGoesItsWay } from './scenario.ts';

// Run by node's own runner: node --test test/testing/shop.node.ts
for (const handlers of HANDLERS)
  void describe(`handlers: ${handlers}`, () => {
    void test('an order goes its way', () => orderingGoesItsWay(handlers));
    void test('failures are seen', () => failuresAreSeen(handlers));
  });
