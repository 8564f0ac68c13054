import { startCloud } from 'sparta/testing';
import { api, idle, shop } from '../shop.ts';

/** Fails, for a test to see how that reads. */
export const noPath = async (): Promise<void> => {
  await using cloud = await startCloud();
  await cloud.provision(shop);
  await cloud.fetch(api, '/nowhere');
  cloud.expectPath(api).to(idle);
};
